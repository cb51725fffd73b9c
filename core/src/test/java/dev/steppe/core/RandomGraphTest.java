package dev.steppe.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever is recorded, releasing memory early and adding in place changes no bit of any result. */
class RandomGraphTest {
    private static final Kernels KERNELS = Kernels.on(Workers.of(1));

    /** With create-graph nothing is released and nothing is added in place: it is the reference. */
    @Property
    void gradientsHaveTheBitsOfCreateGraph(@ForAll long seed, @ForAll @IntRange(min = 1, max = 25) int steps) {
        try (Tape tape = Tape.on(KERNELS)) {
            Tensor[] leaves = Arrays.stream(RandomGraph.inputs(seed, DType.F64)).map(tape::watch).toArray(Tensor[]::new);
            List<Tensor> values = new RandomGraph(seed, steps, true).run(leaves);
            List<double[]> before = values.stream().map(Tensor::toDoubles).toList();
            List<Tensor> ys = values.subList(Math.max(3, values.size() - 3), values.size());
            List<Tensor> cotangents = ys.stream().map(y -> Tensor.full(DType.F64, y.shape(), 0.7)).toList();
            Tensor[] xs = wanted(seed, values);
            List<double[]> reference = doubles(tape.gradients(ys, cotangents, true, xs));
            Tensor[] first = tape.gradients(ys, cotangents, false, xs);
            assertSame(reference, doubles(first));
            List<Tensor> again = new ArrayList<>(Arrays.asList(first).subList(0, 3));
            Tensor[] second = tape.gradients(List.of(leaves[0].mul(leaves[1]), leaves[2], leaves[2]), again, false, leaves);
            assertSame(reference, doubles(first));
            assertEquals(3, second.length);
            assertSame(before, values.stream().map(Tensor::toDoubles).toList());
            cotangents.forEach(c -> assertArrayEquals(Tensor.full(DType.F64, c.shape(), 0.7).toDoubles(), c.toDoubles()));
            assertSame(reference, doubles(tape.gradients(ys, cotangents, false, xs)));
        }
    }

    /** Leaves, a few results in between, and one of them twice. */
    private static Tensor[] wanted(long seed, List<Tensor> values) {
        Tensor middle = values.get(Math.floorMod(seed, values.size()));
        return new Tensor[] {values.get(0), values.get(1), values.get(2), middle, values.getLast(), middle};
    }

    @Property(tries = 60)
    void gradientsAreThoseOfDifferences(@ForAll long seed, @ForAll @IntRange(min = 1, max = 15) int steps) {
        GradCheck check = new GradCheck(KERNELS, 1e-6, 1e-6, 1e-5);
        check.firstOrder(new RandomGraph(seed, steps, false).function(), RandomGraph.inputs(seed, DType.F64)).orThrow();
    }

    @Property(tries = 15)
    void secondDerivativesAreThoseOfDifferences(@ForAll long seed, @ForAll @IntRange(min = 1, max = 10) int steps) {
        GradCheck check = new GradCheck(KERNELS, 1e-6, 1e-5, 1e-5);
        check.secondOrder(new RandomGraph(seed, steps, false).function(), RandomGraph.inputs(seed, DType.F64)).orThrow();
    }

    private static List<double[]> doubles(Tensor[] tensors) {
        return Arrays.stream(tensors).map(Tensor::toDoubles).toList();
    }

    private static void assertSame(List<double[]> expected, List<double[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "tensor " + i);
        }
    }
}
