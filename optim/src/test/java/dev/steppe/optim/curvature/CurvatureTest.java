package dev.steppe.optim.curvature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Curvature of a small network, with its whole exact Hessian and EJML's eigenvalues as the oracle. */
class CurvatureTest {
    private final SmallNet net = new SmallNet(3);
    private final LossSurface surface = LossSurface.of(net.objective(), net.at, List.of(SmallNet.batch(1, 12), SmallNet.batch(2, 20)))
            .kernels(SmallNet.KERNELS);

    @ParameterizedTest
    @EnumSource(BatchNormMode.class)
    void lanczosFindsBothEndsOfAnIndefiniteSpectrum(BatchNormMode mode) {
        LossSurface at = surface.mode(mode);
        Curvature curvature = Curvature.of(at);
        double[] exact = Matrix.of(curvature.operator()).eigenvalues();
        int n = exact.length;
        assertTrue(exact[0] < -0.01 && exact[n - 1] > 0.1, "indefinite: " + exact[0] + " to " + exact[n - 1]);
        Eigenpairs pairs = curvature.eigenvalues(Lanczos.of(3, 2).steps(50).tolerance(0));
        assertEquals(50, pairs.products());
        for (int i = 0; i < 3; i++) {
            assertEquals(exact[n - 1 - i], pairs.largest().get(i).value(), 1e-6 * exact[n - 1 - i]);
            assertPair(curvature, pairs.largest().get(i));
        }
        for (int i = 0; i < 2; i++) {
            assertEquals(exact[i], pairs.smallest().get(i).value(), 1e-6 * Math.abs(exact[i]));
            assertPair(curvature, pairs.smallest().get(i));
        }
        assertEquals(new Provenance("exact Hessian", 75, 32, 2, mode, RandomKey.of(0).fold("lanczos").state()), pairs.provenance());
    }

    private static void assertPair(Curvature curvature, Eigenpair pair) {
        Work work = new Work(curvature.operator(), ProgressListener.NONE, "check", 1);
        Tensor product = work.take();
        work.times(pair.vector(), product);
        work.points().axpy(-pair.value(), pair.vector(), product);
        assertEquals(1, work.points().norm(pair.vector()), 1e-12);
        assertEquals(work.points().norm(product), pair.residual(), 1e-12);
    }

    @Test
    void everyStepOfLanczosGivesTheWholeSpectrum() {
        double[] d = {-3, -1, -1, 0, 0, 0, 0, 2, 2, 2, 5};
        Eigenpairs pairs = Curvature.of(Matrix.diagonal(d)).eigenvalues(new Lanczos(11, 0, 11, 0));
        double[] found = pairs.largest().stream().mapToDouble(Eigenpair::value).sorted().toArray();
        assertArrayEquals(d, found, 1e-12);
        assertEquals(11, pairs.products());
    }

    @Test
    void traceByHutchPlusPlus() {
        Matrix h = Matrix.of(Curvature.of(surface).operator());
        TraceEstimate t = Curvature.of(surface).trace();
        assertEquals(h.trace(), t.value(), 4 * t.standardError());
        assertEquals(30, t.products());
        assertEquals(12, t.vectors() - 1);
    }
}
