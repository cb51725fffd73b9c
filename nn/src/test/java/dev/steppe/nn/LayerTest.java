package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class LayerTest {
    private static final class Net extends Layer {
        private final Linear in = new Linear(3, 5);
        private final Sequential middle;
        private final Linear out;

        /** @param turned whether "in" comes last */
        Net(boolean turned) {
            if (!turned) {
                child("in", in);
            }
            out = child("out", new Linear(5, 2));
            middle = child("middle", new Sequential(Layers.relu(), new BatchNorm2d(5), new Linear(5, 5).noBias()));
            if (turned) {
                child("in", in);
            }
        }

        @Override
        protected Tensor compute(Tensor x, Pass pass) {
            return out.forward(middle.forward(in.forward(x, pass), pass), pass);
        }
    }

    @Test
    void namesArePathsInTheOrderOfTheTree() {
        Net net = new Net(false);
        assertEquals(List.of("in.weight", "in.bias", "out.weight", "out.bias", "middle.1.weight", "middle.1.bias", "middle.2.weight"),
                net.space().segments().stream().map(ParameterSpace.Segment::name).toList());
        assertEquals(List.of(Role.WEIGHT, Role.BIAS, Role.WEIGHT, Role.BIAS, Role.NORM_SCALE, Role.NORM_SHIFT, Role.WEIGHT),
                net.space().segments().stream().map(ParameterSpace.Segment::role).toList());
        assertEquals(List.of("middle.1"), StreamSupport.stream(net.initialBuffers(DType.F32).entries().spliterator(), false)
                .map(Buffers.Entry::name).toList());
        assertEquals(List.of("", "in", "out", "middle", "middle.0", "middle.1", "middle.2"), List.copyOf(net.tree().keySet()));
        net.tree().forEach((path, layer) -> assertEquals(path, layer.path()));
        assertEquals(List.of("1.weight", "1.bias", "2.weight"),
                net.middle.space().segments().stream().map(ParameterSpace.Segment::name).toList());
    }

    @Test
    void initialNumbersDependOnSeedAndNameAlone() {
        Parameters a = new Net(false).initialPoint(7);
        Parameters b = new Net(true).initialPoint(7);
        assertFalse(Arrays.equals(a.point().toFloats(), b.point().toFloats()), "the order differs");
        for (ParameterSpace.Segment s : a.space().segments()) {
            assertArrayEquals(a.space().view(a.point(), s).toFloats(), b.space().view(b.point(), b.space().segment(s.name())).toFloats(),
                    s.name());
        }
        assertArrayEquals(a.point().toFloats(), new Net(false).initialPoint(7).point().toFloats());
        assertFalse(Arrays.equals(a.point().toFloats(), new Net(false).initialPoint(8).point().toFloats()));
        assertArrayEquals(a.point().toFloats(), new Net(false).initialPoint(7, DType.F64).point().toFloats());
        assertEquals(DType.F64, new Net(false).initialPoint(7, DType.F64).point().dtype());
        float[] twins = new Sequential(new Linear(3, 3).noBias(), new Linear(3, 3).noBias()).initialPoint(7).point().toFloats();
        assertFalse(Arrays.equals(twins, 0, 9, twins, 9, 18), "layers of one shape start differently");
    }

    @Test
    void aPartHasOneNameAndOnePlace() {
        Linear shared = new Linear(1, 1);
        Sequential first = new Sequential(Layers.relu(), shared);
        IllegalArgumentException twice = assertThrows(IllegalArgumentException.class, () -> new Sequential(shared));
        assertTrue(twice.getMessage().contains("this Linear is already a part of a model, as '1'"), twice.getMessage());
        assertThrows(IllegalArgumentException.class, () -> first.child("self", first));
        assertThrows(IllegalArgumentException.class, () -> shared.child("root", first), "a circle");
        assertThrows(IllegalArgumentException.class, () -> first.child("0", Layers.relu()), "name taken");
        for (String name : List.of("", " ", "a.b")) {
            assertThrows(IllegalArgumentException.class, () -> first.child(name, Layers.relu()), name);
        }
        assertThrows(IllegalArgumentException.class, () -> shared.weight("weight", Shape.of(1), Role.BIAS, -1, Initialiser.constant(0)));
        assertThrows(IllegalStateException.class, () -> new BatchNorm2d(3).statistics(3, 0.1));
    }

    @Test
    void freezingByNameAndByRoleLeavesGradientsOfTheRest() {
        ResNet model = new ResNet(ResNet.Options.cifar(8, 4).width(4));
        Parameters all = model.initialPoint(1, DType.F64);
        Batch batch = Batch.of(Run.normal(DType.F64, Shape.of(3, 8, 8, 3), 2), Tensor.of(Shape.of(3), 0, 1, 3));
        Evaluator evaluator = new Evaluator(Kernels.defaults(), Objective.of(model, Losses::crossEntropy));
        Tensor full = Tensor.zeros(DType.F64, Shape.of(all.space().size()));
        double loss = evaluator.gradient(batch, all, Pass.Mode.TRAINING, RandomKey.of(0), full).loss();
        List<Predicate<ParameterSpace.Segment>> choices = List.of(s -> !s.name().startsWith("fc."), s -> s.role() != Role.WEIGHT,
                s -> s.name().startsWith("layer2."), s -> true, s -> false);
        for (Predicate<ParameterSpace.Segment> frozen : choices) {
            Tensor some = Tensor.full(DType.F64, full.shape(), Double.NaN);
            assertEquals(loss, evaluator.gradient(batch, all.freeze(frozen), Pass.Mode.TRAINING, RandomKey.of(0), some).loss());
            for (ParameterSpace.Segment s : all.space().segments()) {
                double[] expected = frozen.test(s) ? new double[s.size()] : all.space().view(full, s).toDoubles();
                assertArrayEquals(expected, all.space().view(some, s).toDoubles(), s.name());
            }
        }
    }
}
