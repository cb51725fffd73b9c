package dev.steppe.optim.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.NonFiniteException;
import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.ShapeException;
import dev.steppe.optim.OptionException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Progress, interruption, and what is refused. */
class CurvatureEdgesTest {
    private final SmallNet net = new SmallNet(3);
    private final LossSurface surface = LossSurface.of(net.objective(), net.at, List.of(SmallNet.batch(1, 12), SmallNet.batch(2, 20)))
            .kernels(SmallNet.KERNELS);

    @Test
    void theListenerHearsOfEachProduct() {
        List<String> heard = new ArrayList<>();
        Curvature.of(surface.listener((task, done, total) -> heard.add(task + " " + done + "/" + total))).trace(new HutchPlusPlus(6));
        assertEquals(List.of("hutch++ 1/6", "hutch++ 2/6", "hutch++ 3/6", "hutch++ 4/6", "hutch++ 5/6", "hutch++ 6/6"), heard);
    }

    @Test
    void anInterruptEndsTheWorkAndStays() {
        int[] last = new int[1];
        Curvature curvature = Curvature.of(surface).listener((task, done, total) -> {
            last[0] = done;
            if (done == 3) {
                Thread.currentThread().interrupt();
            }
        });
        CancellationException e = assertThrows(CancellationException.class, curvature::density);
        assertTrue(Thread.interrupted());
        assertEquals(3, last[0]);
        assertEquals("spectral density: interrupted after 3 of 60 products; nothing has been changed", e.getMessage());
        Thread.currentThread().interrupt();
        assertThrows(CancellationException.class, () -> surface.loss(net.at.point()));
        assertTrue(Thread.interrupted());
    }

    @Test
    void batchesMustNotChange() {
        List<Batch> batches = new ArrayList<>(List.of(SmallNet.batch(1, 12), SmallNet.batch(2, 20)));
        LossSurface changing = surface.on(batches);
        changing.loss(net.at.point());
        batches.set(1, SmallNet.batch(4, 20));
        assertMessage(IllegalStateException.class,
                "loss surface: a pass saw 32 examples in 2 batches, the first one 32 in 2, not the same in the same order; all passes must see the same function: do not shuffle",
                () -> changing.loss(net.at.point()));
        batches.removeLast();
        assertMessage(IllegalStateException.class,
                "loss surface: a pass saw 12 examples in 1 batches, the first one 32 in 2; all passes must see the same function: do not shuffle",
                () -> changing.loss(net.at.point()));
        assertMessage(ShapeException.class, "loss surface: no examples", () -> surface.on(List.of()).loss(net.at.point()));
        assertMessage(ShapeException.class, "loss surface: batch 0 has 0 examples",
                () -> surface.on(List.of(SmallNet.batch(1, 0))).loss(net.at.point()));
    }

    @Test
    void whatIsNotFiniteIsNamed() {
        Tensor bad = net.at.point().keep();
        bad.span().set(7, Double.NaN);
        LossSurface at = surface.at(new Parameters(net.at.space(), bad, net.at.buffers()));
        assertMessage(NonFiniteException.class, "loss on 32 examples: loss NaN", () -> at.loss(bad));
        assertThrows(NonFiniteException.class, () -> Curvature.of(at).eigenvalues(1, 1));
        assertMessage(NonFiniteException.class, "hutchinson: product 1 of the operator has a number that is not finite",
                () -> Curvature.of(Matrix.diagonal(1, Double.POSITIVE_INFINITY)).trace(new Hutchinson(2)));
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        assertMessage(OptionException.class, "lanczos: steps = 2 must be at least largest + smallest = 3", () -> new Lanczos(2, 1, 2, 0));
        assertThrows(OptionException.class, () -> new Lanczos(0, 0, 5, 0));
        assertThrows(OptionException.class, () -> new Lanczos(-1, 2, 5, 0));
        assertThrows(OptionException.class, () -> new Lanczos(1, 1, 5, Double.NaN));
        assertThrows(OptionException.class, () -> new PowerIteration(0, 1));
        assertThrows(OptionException.class, () -> new Hutchinson(1));
        assertThrows(OptionException.class, () -> new HutchPlusPlus(5));
        assertThrows(OptionException.class, () -> new StochasticLanczosQuadrature(0, 3));
        assertThrows(OptionException.class, () -> new StochasticLanczosQuadrature(1, 0));
        assertThrows(OptionException.class, () -> Fisher.trace(surface, 1));
        assertThrows(OptionException.class, () -> surface.groups(0));
        SpectralDensity d = Curvature.of(Matrix.diagonal(1, 2)).density();
        assertThrows(OptionException.class, () -> d.curve(1, 1, 10, 1));
        assertThrows(OptionException.class, () -> d.curve(0, 1, 1, 1));
        assertThrows(OptionException.class, () -> d.curve(0, 1, 10, 0));
    }

    @Test
    void whatHasNothingToOfferIsRefused() {
        LossSurface frozen = surface.at(net.at.freeze(s -> true));
        assertMessage(ShapeException.class, "lanczos: the operator acts on 0 numbers; are all weights frozen?",
                () -> Curvature.of(frozen).eigenvalues(1, 0));
        Objective lossesOnly = Objective.ofLosses((b, pass) -> net.objective().losses(b, pass));
        LossSurface alone = LossSurface.of(lossesOnly, net.at, SmallNet.batch(1, 4));
        assertThrows(UnsupportedOperationException.class, () -> Curvature.gaussNewton(alone).trace());
        assertThrows(UnsupportedOperationException.class, () -> alone.evaluate(net.at.point()));
        assertThrows(ShapeException.class, () -> surface.loss(Tensor.zeros(net.at.point().dtype(), dev.steppe.core.Shape.of(3))));
        Batch weighted = SmallNet.batch(1, 4).weighted(0.1, 0.2, 0.3, 0.4);
        LossSurface uneven = surface.on(List.of(weighted));
        assertThrows(IllegalArgumentException.class, () -> uneven.groups(2).iterator().next());
        assertNull(Curvature.of(Matrix.diagonal(1, 2)).density().provenance().batchNorm());
    }

    private static <T extends Throwable> void assertMessage(Class<T> type, String message, Executable e) {
        assertEquals(message, assertThrows(type, e).getMessage());
    }
}
