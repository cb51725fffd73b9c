package dev.steppe.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.SpanPool;
import dev.steppe.kernels.Workers;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Memory of a pass comes from the pool and goes back to it. */
class TapeMemoryTest {
    private final Kernels kernels = Kernels.on(Workers.of(1));

    private long inUse() {
        return kernels.spans().allocatedBytes() - kernels.spans().freeBytes();
    }

    @Test
    void closingGivesEverythingBack() {
        try (Tape tape = Tape.on(kernels)) {
            Tensor x = tape.watch(Fixtures.normal(DType.F32, 1, 64, 64));
            Tensor y = x.mul(x).exp().softmax().sum();
            tape.gradients(y, true, x);
            assertTrue(inUse() > 5 * 64 * 64 * 4);
        }
        assertEquals(0, inUse());
    }

    @Test
    void whatABackwardPassNeedsInBetweenIsReleasedAsItGoes() {
        long forward;
        try (Tape tape = Tape.on(kernels)) {
            Tensor x = tape.watch(Fixtures.normal(DType.F32, 1, 64, 64));
            Tensor h = x;
            for (int i = 0; i < 50; i++) {
                h = h.tanh().add(h.sigmoid());
            }
            Tensor y = h.sum();
            forward = kernels.spans().allocatedBytes();
            tape.gradients(y, x);
        }
        long backward = kernels.spans().allocatedBytes() - forward;
        assertTrue(backward <= 8 * (64 * 64 + 512) * 4, backward + " bytes at the peak of a chain of 150 ops, each of " + 64 * 64 * 4);
    }

    @Test
    void gradientsOfOneOperandTwiceAreAddedInPlace() {
        try (Tape tape = Tape.on(kernels)) {
            Tensor x = tape.watch(Fixtures.normal(DType.F32, 1, 64, 64));
            Tensor y = x.mul(x);
            long forward = kernels.spans().allocatedBytes();
            tape.gradients(List.of(y), List.of(Tensor.full(DType.F32, y.shape(), 1)), false, x);
            assertEquals(2 * forward, kernels.spans().allocatedBytes() - forward, "two gradients, of which one becomes the sum");
        }
    }

    @Test
    void anInferenceTapeGivesBackWhatIsNotKept() {
        Tensor one = Fixtures.normal(DType.F32, 1, 64, 64);
        long size;
        try (Tape tape = Tape.inference(kernels)) {
            tape.constant(one).exp();
            size = inUse();
        }
        try (Tape tape = Tape.inference(kernels)) {
            Tensor x = tape.constant(one);
            Tensor before = x.exp();
            Tape.Scope scope = tape.scope();
            Tensor between = x.tanh();
            Tensor y = scope.keep(between.mul(x).reshape(64 * 64));
            assertEquals(2 * size, inUse(), "what was there before, and the result");
            assertThrows(TapeException.class, between::span);
            assertEquals(Math.exp(x.get(3)), before.get(3), 1e-5);
            assertEquals(Math.tanh(x.get(3)) * x.get(3), y.get(3), 1e-6, "a view of what was computed");
            scope.keep(x);
            assertEquals(size, inUse(), "the rest is not needed any more");
        }
        assertEquals(0, inUse());
    }

    /** A scope that a wider one has swept already. */
    @Test
    void anInnerScopeMayEndAfterTheOuter() {
        try (Tape tape = Tape.inference(kernels)) {
            Tape.Scope outer = tape.scope();
            Tensor x = tape.constant(Fixtures.normal(DType.F32, 1, 64)).exp().exp();
            Tape.Scope inner = tape.scope();
            Tensor y = outer.keep(x.tanh());
            long one = inUse();
            assertSame(y, inner.keep(y));
            assertEquals(one, inUse());
            assertEquals(Math.tanh(Math.exp(Math.exp(Fixtures.normal(DType.F32, 1, 64).get(3)))), y.get(3), 1e-5);
        }
    }

    @Test
    void aRecordingTapeKeepsWhatTheWayBackNeeds() {
        try (Tape tape = Tape.on(kernels)) {
            Tensor x = tape.watch(Fixtures.normal(DType.F32, 1, 8));
            Tensor y = tape.scope().keep(x.exp().tanh().sum());
            double t = Math.tanh(Math.exp(x.get(2)));
            assertEquals((1 - t * t) * Math.exp(x.get(2)), tape.gradients(y, x)[0].get(2), 1e-5);
        }
    }

    /** An op of ours fails at every place that an op can fail; the tape gives everything back, and its results up to then are right. */
    @Test
    void nothingIsLostWhenAnOpFails() {
        for (boolean forward : new boolean[] {true, false}) {
            for (boolean createGraph : new boolean[] {false, true}) {
                try (Tape tape = Tape.on(kernels)) {
                    Tensor x = tape.watch(Fixtures.normal(DType.F32, 1, 64, 64));
                    Tensor early = x.mul(x).sum();
                    assertThrows(ArithmeticException.class, () -> {
                        Tensor y = x.exp().apply(new Failing(forward)).mul(x.exp()).softmax();
                        tape.gradients(y.sum(), createGraph, x);
                    });
                    assertEquals(2 * x.get(7), tape.gradients(early, x)[0].get(7), 1e-6);
                    assertTrue(tape.isRecording());
                }
                assertEquals(0, inUse());
            }
        }
    }

    private record Failing(boolean inForward) implements Op {
        @Override
        public TensorType[] infer(TensorType... in) {
            return in.clone();
        }

        @Override
        public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
            if (inForward) { throw new ArithmeticException("as asked for"); }
            kernels.move().copy(in[0].span(), out[0].span());
        }

        @Override
        public Tensor[] backward(Application op) {
            op.gradient(0).exp();
            throw new ArithmeticException("as asked for");
        }
    }

    /** The guard ends a walk in the middle; the memory goes back before the tape closes. */
    @Test
    void aFailedWalkGivesBackWhatItTook() {
        try (Tape tape = Tape.guarded(kernels, "step 3")) {
            Tensor x = tape.watch(Tensor.full(DType.F64, Shape.of(64, 64), 1e-10));
            Tensor h = x.times(1e308).add(x.times(1e308)).add(x.times(2).exp());
            Tensor y = h.sum();
            long before = inUse();
            Tensor one = Tensor.scalar(DType.F64, 1);
            assertThrows(NonFiniteException.class, () -> tape.gradients(List.of(y), List.of(one), false, x, h));
            assertEquals(before, inUse());
        }
    }

    /** Of the three walks of a product the second fails: its operand overflows where the loss is steep. */
    @Test
    void aFailedProductGivesBackWhatItTook() {
        Weight w = new Weight(Shape.of(3, 2), Role.WEIGHT, 1);
        Parameters at = new Parameters(ParameterSpace.of(Map.of("w", w)), Tensor.full(DType.F64, Shape.of(6), 1e10), Buffers.none());
        Objective steep = Objective.of((x, pass) -> x.matmul(pass.at(w)), (z, targets) -> z.pow(4).sum(false, 1));
        Batch batch = Batch.of(Tensor.full(DType.F64, Shape.of(5, 3), 1), Fixtures.labels(5, 2));
        Tensor product = Tensor.zeros(DType.F64, Shape.of(6));
        Evaluator evaluator = new Evaluator(kernels, steep).guarded("step 3");
        try (GaussNewtonVector matrix = GaussNewtonVector.at(evaluator, batch, at, Pass.Mode.TRAINING, RandomKey.of(1))) {
            long before = inUse();
            matrix.times(Tensor.full(DType.F64, Shape.of(6), 1), product);
            assertEquals(before, inUse());
            assertThrows(NonFiniteException.class, () -> matrix.times(Tensor.full(DType.F64, Shape.of(6), 1e300), product));
            assertEquals(before, inUse());
        }
    }

    @Test
    void aStepAfterWarmUpTakesNoNewArrays() {
        Fixtures.ConvNet net = new Fixtures.ConvNet(8, 0.1);
        Parameters at = net.parameters(DType.F32, 1);
        Evaluator evaluator = new Evaluator(kernels, net.objective());
        SpanPool pool = kernels.spans();
        Tensor g = Tensor.zeros(DType.F32, at.point().shape());
        for (int batch : new int[] {24, 22}) {
            Batch b = Batch.of(Fixtures.normal(DType.F32, 2, batch, 16, 16, 3), Fixtures.labels(batch, 4));
            evaluator.gradient(b, at, Pass.Mode.TRAINING, RandomKey.of(1), g);
            HessianVector.product(evaluator, b, at, Pass.Mode.TRAINING, RandomKey.of(1), g, Tensor.zeros(DType.F32, g.shape()));
        }
        long before = pool.allocations();
        Batch b = Batch.of(Fixtures.normal(DType.F32, 2, 23, 16, 16, 3), Fixtures.labels(23, 4));
        for (int i = 0; i < 3; i++) {
            evaluator.gradient(b, at, Pass.Mode.TRAINING, RandomKey.of(i), g);
            evaluator.losses(b, at, Pass.Mode.EVALUATION, RandomKey.of(i));
        }
        assertEquals(before, pool.allocations());
        assertEquals(0, inUse());
    }

    /**
     * All that a step allocates outside the pool, small objects included, is less than the smallest of its image tensors: none of them lies outside. (With
     * scalar kernels: until SIMD code is compiled, its vectors are objects.)
     */
    @Test
    void noArrayOfImagesIsAllocatedOutsideThePool() {
        int smallest = 96 * 8 * 8 * 8 * 4;
        long bytes = allocatedByAStep(96);
        assertTrue(bytes < smallest, "a step allocates " + bytes + " bytes outside the pool; the smallest image tensor has " + smallest);
    }

    private static long allocatedByAStep(int batch) {
        Fixtures.ConvNet net = new Fixtures.ConvNet(4, 0.1);
        Parameters at = net.parameters(DType.F32, 1);
        Evaluator evaluator = new Evaluator(Kernels.scalar(Workers.of(1)), net.objective());
        Tensor g = Tensor.zeros(DType.F32, at.point().shape());
        Batch b = Batch.of(Fixtures.normal(DType.F32, 2, batch, 16, 16, 3), Fixtures.labels(batch, 4));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        List<Long> bytes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            evaluator.gradient(b, at, Pass.Mode.TRAINING, RandomKey.of(1), g);
            bytes.add(threads.getCurrentThreadAllocatedBytes() - before);
        }
        return bytes.stream().min(Long::compare).orElseThrow();
    }
}
