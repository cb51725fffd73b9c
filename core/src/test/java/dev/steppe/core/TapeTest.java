package dev.steppe.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.op.SoftmaxBackward;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Workers;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a tape promises: who may be read when, and which gradients come out. */
class TapeTest {
    private final Kernels kernels = Kernels.on(Workers.of(1));

    private static Tensor vector(double... numbers) {
        return Tensor.of(Shape.of(numbers.length), numbers);
    }

    @Test
    void aTensorOfAClosedTapeThrowsAndKeepCopiesItOut() {
        Tensor leaf;
        Tensor y;
        Tensor gradient;
        Tensor kept;
        Tensor source = vector(1, 2, 3);
        try (Tape tape = Tape.on(kernels)) {
            leaf = tape.watch(source);
            y = leaf.mul(leaf).sum();
            gradient = tape.gradients(y, leaf)[0];
            kept = gradient.keep();
        }
        for (Tensor t : List.of(leaf, y, gradient, gradient.detach(), gradient.view(1, Shape.of(2)))) {
            assertThrows(TapeException.class, t::span);
            assertThrows(TapeException.class, t::toDoubles);
            assertThrows(TapeException.class, () -> t.add(t));
            assertTrue(t.toString().endsWith("(released)"), t.toString());
        }
        assertEquals("F64[3] belongs to a tape that has been closed; use keep() before that",
                assertThrows(TapeException.class, leaf::span).getMessage());
        assertArrayEquals(new double[] {2, 4, 6}, kept.toDoubles());
        assertArrayEquals(new double[] {1, 2, 3}, source.toDoubles());
    }

    @Test
    void aClosedTapeRefusesEverything() {
        Tape tape = Tape.on(kernels);
        Tensor x = tape.watch(vector(1));
        tape.close();
        tape.close();
        assertThrows(TapeException.class, () -> tape.watch(vector(1)));
        assertThrows(TapeException.class, () -> tape.constant(vector(1)));
        assertThrows(TapeException.class, () -> tape.zeros(x.type()));
        assertThrows(TapeException.class, () -> tape.gradients(x, x));
        Tape inference = Tape.inference(kernels);
        Tape.Scope scope = inference.scope();
        Tensor y = inference.filled(x.type(), 1);
        inference.close();
        assertEquals("this tape is closed", assertThrows(TapeException.class, () -> scope.keep(y)).getMessage());
    }

    @Test
    void anAnonymousOpHasAName() {
        Op copy = new Op() {
            @Override
            public TensorType[] infer(TensorType... in) {
                return in.clone();
            }

            @Override
            public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
                kernels.move().copy(in[0].span(), out[0].span());
            }

            @Override
            public Tensor[] backward(Application op) {
                return new Tensor[] {op.gradient(0)};
            }
        };
        assertTrue(copy.name().matches("dev\\.steppe\\.core\\.TapeTest\\$\\d+"), copy.name());
        assertEquals("meanOfThree", new MeanOfThree().name());
        try (Tape tape = Tape.on(kernels)) {
            Tensor x = tape.watch(vector(3));
            assertEquals(1, tape.gradients(x.apply(copy), x)[0].item());
        }
    }

    @Test
    void tapesDoNotMix() {
        try (Tape a = Tape.on(kernels); Tape b = Tape.on(kernels)) {
            Tensor x = a.watch(vector(1));
            Tensor y = b.watch(vector(2));
            assertEquals("add: input 1 F64[1] belongs to another tape; keep() it first",
                    assertThrows(TapeException.class, () -> x.add(y)).getMessage());
            assertThrows(TapeException.class, () -> a.gradients(x.mul(x), y));
            assertThrows(TapeException.class, () -> b.gradients(x.mul(x), y));
            assertThrows(TapeException.class, () -> a.gradients(x.mul(x), vector(1)));
        }
    }

    @Test
    void gradientsNeedAScalarAndFittingCotangents() {
        try (Tape tape = Tape.on(kernels)) {
            Tensor x = tape.watch(vector(1, 2));
            assertThrows(ShapeException.class, () -> tape.gradients(x.mul(x), x));
            assertThrows(ShapeException.class, () -> tape.gradients(List.of(x), List.of(), false, x));
            assertThrows(ShapeException.class, () -> tape.gradients(List.of(x), List.of(vector(1)), false, x));
            assertThrows(ShapeException.class, () -> tape.gradients(List.of(x), List.of(Tensor.zeros(DType.F32, Shape.of(2))), false, x));
            assertArrayEquals(new double[] {3, 8}, tape.gradients(List.of(x.mul(x)), List.of(vector(1.5, 2)), false, x)[0].toDoubles());
            try (Tape other = Tape.on(kernels)) {
                assertEquals("gradients: cotangent 0 F64[2] belongs to another tape; keep() it first", assertThrows(TapeException.class,
                        () -> tape.gradients(List.of(x), List.of(other.watch(vector(1, 2))), false, x)).getMessage());
            }
        }
    }

    @Test
    void whatIsComputedOfACotangentWithoutATapeIsOnTheTape() {
        try (Tape tape = Tape.on(kernels)) {
            Tensor x = tape.watch(vector(1, 2, 3, 4).reshape(2, 2));
            Tensor gradient = tape.gradients(List.of(x.sum(false, 0)), List.of(vector(5, 6)), false, x)[0];
            assertSame(tape, gradient.tape());
            assertArrayEquals(new double[] {5, 6, 5, 6}, gradient.toDoubles());
        }
    }

    /** Its backward computes of the second operand alone. */
    private record ScaledByTheSquare() implements Op {
        @Override
        public TensorType[] infer(TensorType... in) {
            return new TensorType[] {in[0]};
        }

        @Override
        public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
            for (int i = 0; i < out[0].size(); i++) {
                out[0].span().set(i, in[0].get(i) * in[1].get(i) * in[1].get(i));
            }
        }

        @Override
        public Tensor[] backward(Application op) {
            Tensor square = op.input(1).mul(op.input(1));
            assertSame(op.tape(), square.tape());
            return new Tensor[] {op.gradient(0).mul(square), null};
        }
    }

    @Test
    void whatABackwardComputesOfAnOperandWithoutATapeIsOnTheTape() {
        try (Tape tape = Tape.on(kernels)) {
            Tensor x = tape.watch(vector(1, 2));
            Tensor y = x.apply(new ScaledByTheSquare(), vector(3, 4)).sum();
            assertArrayEquals(new double[] {9, 16}, tape.gradients(y, x)[0].toDoubles());
        }
    }

    /** The mean of three, which gives all of them one and the same gradient. */
    private record MeanOfThree() implements Op {
        @Override
        public TensorType[] infer(TensorType... in) {
            return new TensorType[] {in[0]};
        }

        @Override
        public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
            for (int i = 0; i < out[0].size(); i++) {
                out[0].span().set(i, (in[0].get(i) + in[1].get(i) + in[2].get(i)) / 3);
            }
        }

        @Override
        public Tensor[] backward(Application op) {
            Tensor third = op.gradient(0).times(1.0 / 3);
            return new Tensor[] {third, third, third};
        }
    }

    @Test
    void anOpMayGiveSeveralInputsOneGradient() {
        for (boolean createGraph : new boolean[] {false, true}) {
            try (Tape tape = Tape.on(kernels)) {
                Tensor x = tape.watch(vector(1, 2));
                Tensor z = tape.watch(vector(3, 4));
                Tensor a = x.times(1);
                Tensor b = z.times(1);
                for (Tensor[] in : new Tensor[][] {{x, x, x}, {x, x, z}, {x, z, x}, {a, a, a}, {a, a, b}, {a, b, a}}) {
                    Tensor y = in[0].apply(new MeanOfThree(), in[1], in[2]).sum();
                    Tensor[] g = tape.gradients(y, createGraph, x, z, in[0]);
                    double share = Arrays.stream(in).filter(t -> t == in[0]).count() / 3.0;
                    assertArrayEquals(new double[] {share, share}, g[0].toDoubles(), 1e-15);
                    assertArrayEquals(new double[] {1 - share, 1 - share}, g[1].toDoubles(), 1e-15);
                    assertArrayEquals(g[0].toDoubles(), g[2].toDoubles());
                }
            }
        }
    }

    /** Two finite cotangents of one tensor, whose sum is not. */
    @Test
    void whatAFailedWalkGatheredIsForgotten() {
        try (Tape tape = Tape.guarded(kernels, "step 3")) {
            Tensor x = tape.watch(vector(1));
            Tensor y = x.times(2);
            assertThrows(NonFiniteException.class,
                    () -> tape.gradients(List.of(y, y), List.of(vector(1.7e308), vector(1.7e308)), false, x));
            assertEquals(2, tape.gradients(y, x)[0].item());
        }
    }

    /** x^2, whose backward asks for gradients of the tape that is walked. */
    private record SquareByGradients() implements Op {
        @Override
        public TensorType[] infer(TensorType... in) {
            return in.clone();
        }

        @Override
        public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
            for (int i = 0; i < in[0].size(); i++) {
                out[0].span().set(i, in[0].get(i) * in[0].get(i));
            }
        }

        @Override
        public Tensor[] backward(Application op) {
            Tensor x = op.input(0);
            return op.tape().gradients(x.mul(x).mul(op.gradient(0)).sum(), op.tape().isRecording(), x);
        }
    }

    @Test
    void aBackwardCannotWalkTheTapeThatIsWalked() {
        for (boolean createGraph : new boolean[] {false, true}) {
            try (Tape tape = Tape.on(kernels)) {
                Tensor x = tape.watch(vector(3));
                Tensor u = x.times(1);
                Tensor y = u.apply(new SquareByGradients()).add(u.times(10));
                assertEquals("gradients: called within the backward of an op; use tape.vjp(..) there",
                        assertThrows(TapeException.class, () -> tape.gradients(y, createGraph, x)).getMessage());
                assertEquals(10, tape.gradients(u.times(10), x)[0].item(), "the tape can be used further");
            }
        }
    }

    @Test
    void whatDoesNotDependHasGradientZeroAndConstantsHaveNone() {
        try (Tape tape = Tape.on(kernels)) {
            Tensor x = tape.watch(vector(1, 2));
            Tensor unused = tape.watch(Tensor.zeros(DType.F32, Shape.of(3)));
            Tensor constant = tape.constant(vector(5, 6));
            Tensor y = x.mul(constant).sum();
            Tensor[] g = tape.gradients(y, x, unused, constant, y, x.detach());
            assertArrayEquals(new double[] {5, 6}, g[0].toDoubles());
            assertEquals(unused.type(), g[1].type());
            assertArrayEquals(new double[3], g[1].toDoubles());
            assertArrayEquals(new double[2], g[2].toDoubles());
            assertEquals(1, g[3].item());
            assertArrayEquals(new double[2], g[4].toDoubles());
            assertFalse(constant.mul(constant).isRecorded());
        }
    }

    @Test
    void anInferenceTapeRecordsNothing() {
        try (Tape tape = Tape.inference(kernels)) {
            Tensor x = tape.watch(vector(1, 2));
            Tensor y = x.mul(x).sum();
            assertEquals(5, y.item());
            assertEquals(0, tape.size());
            assertFalse(tape.isRecording());
            assertThrows(TapeException.class, () -> tape.gradients(y, x));
        }
    }

    @Test
    void withoutATapeOpsComputeAtOnce() {
        Tensor x = vector(1, 2, 3, 4);
        Tensor y = x.reshape(2, 2).matmul(x.reshape(2, 2)).sum();
        assertEquals(7 + 10 + 15 + 22, y.item());
        assertNull(y.tape());
    }

    /** x^5: 5 x^4, 20 x^3, 60 x^2, 120 x, 120; with each derivative's graph made on the tape. */
    @Test
    void derivativesOfAnyOrder() {
        try (Tape tape = Tape.on(kernels)) {
            Tensor x = tape.watch(vector(1.5));
            Tensor y = x.mul(x).mul(x.pow(3));
            double factor = 1;
            for (int order = 1; order <= 5; order++) {
                y = tape.gradients(y, true, x)[0];
                factor *= 6 - order;
                assertEquals(factor * Math.pow(1.5, 5 - order), y.item(), 1e-12 * factor, "order " + order);
            }
            assertEquals(0, tape.gradients(y, true, x)[0].item(), 0);
        }
    }

    /** Of a fused op, whose second derivative is stated in plain ops: the third is checked by differences of the second. */
    @Test
    void thirdDerivativesThroughFusedOps() {
        Tensor x = Fixtures.normal(DType.F64, 1, 3, 2);
        Tensor v = Fixtures.normal(DType.F64, 2, 3, 2);
        GradCheck check = new GradCheck(kernels, 1e-6, 1e-6, 1e-5);
        check.secondOrder(in -> {
            Tensor y = Tensor.batchNorm(in[0], in[1], in[1], 0.1)[0].softmax();
            return new Tensor[] {in[0].tape().gradients(y.mul(v).sum(), true, in[0])[0]};
        }, x, vector(0.7, 1.2)).orThrow();
    }

    /** A vjp of a function that itself asks for a vjp. */
    @Test
    void vjpsNest() {
        try (Tape tape = Tape.on(kernels)) {
            Tensor x = tape.watch(vector(2, 3));
            Tensor one = tape.constant(vector(1, 1));
            Tensor y = x.apply(new CubeByNestedVjp());
            Tensor[] plain = tape.gradients(List.of(y), List.of(one), false, x);
            Tensor[] graph = tape.gradients(List.of(y), List.of(one), true, x);
            assertArrayEquals(new double[] {12, 27}, plain[0].toDoubles(), 1e-12);
            assertArrayEquals(plain[0].toDoubles(), graph[0].toDoubles());
            assertArrayEquals(new double[] {12, 18}, tape.gradients(graph[0].sum(), x)[0].toDoubles(), 1e-12);
        }
        GradCheck.check(new CubeByNestedVjp(), vector(0.5, -1, 2));
    }

    /** x^3 whose backward is g times half the derivative's derivative's integral, clumsily: 3 x^2 = d/dx of (x^2 d/dx of x^2/2). */
    private record CubeByNestedVjp() implements Op {
        @Override
        public TensorType[] infer(TensorType... in) {
            return in.clone();
        }

        @Override
        public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
            for (int i = 0; i < in[0].size(); i++) {
                out[0].span().set(i, Math.pow(in[0].get(i), 3));
            }
        }

        @Override
        public Tensor[] backward(Application op) {
            return op.tape().vjp(x -> new Tensor[] {x[0].mul(x[0]).mul(halfSquareDerivative(op.tape(), x[0]))}, new Tensor[] {op.input(0)},
                    new Tensor[] {op.gradient(0)});
        }

        private static Tensor halfSquareDerivative(Tape tape, Tensor x) {
            Tensor ones = tape.filled(x.type(), 0.5);
            return tape.vjp(in -> new Tensor[] {in[0].mul(in[0])}, new Tensor[] {x}, new Tensor[] {ones})[0];
        }
    }

    /** The backward of softmax is fused; here both of its operands, and both operands of its own backward, are one tensor. */
    @Test
    void operandsThatAreOneTensorHaveTwoGradients() {
        Tensor x = vector(0.2, -0.4, 0.9);
        GradCheck check = new GradCheck(kernels, 1e-6, 1e-7, 1e-5);
        check.firstOrder(in -> Tensor.applyAll(new SoftmaxBackward(), in[0], in[0]), x).orThrow();
        check.secondOrder(in -> Tensor.applyAll(new SoftmaxBackward(), in[0], in[0]), x).orThrow();
        check.secondOrder(
                in -> new Tensor[] {in[0].tape().gradients(Tensor.applyAll(new SoftmaxBackward(), in[0], in[0])[0].sum(), true, in[0])[0]},
                x)
                .orThrow();
    }

    @Test
    void aKeptTensorDoesNotKeepTheGraph() throws InterruptedException {
        Tensor y;
        java.lang.ref.WeakReference<Tensor> middle;
        try (Tape tape = Tape.on(kernels)) {
            Tensor x = tape.watch(vector(1, 2));
            Tensor h = x.exp();
            middle = new java.lang.ref.WeakReference<>(h);
            y = h.sum();
            h = null;
            tape.gradients(y, x);
        }
        for (int i = 0; i < 100 && middle.get() != null; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertNull(middle.get(), "reachable through the result " + y);
        assertNotNull(y);
    }
}
