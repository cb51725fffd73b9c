package dev.steppe.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Span;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The check finds what is wrong, says where, and writes nothing. */
class GradCheckTest {
    private final Tensor x = Tensor.of(Shape.of(2, 2), 0.5, -1.0, 2.0, 0.25);

    /** x^3 with backward {@code factor x^2 g}; right for 3, and with a second derivative of its own. */
    private record Cube(double factor, double second) implements Op {
        @Override
        public TensorType[] infer(TensorType... in) {
            return in.clone();
        }

        @Override
        public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
            Span v = in[0].span();
            for (int i = 0; i < v.length(); i++) {
                out[0].span().set(i, v.get(i) * v.get(i) * v.get(i));
            }
        }

        @Override
        public Tensor[] backward(Application op) {
            Tensor v = op.input(0);
            Tensor w = second == 2 ? v : v.detach();
            return new Tensor[] {op.gradient(0).mul(w.mul(v)).times(factor)};
        }
    }

    @Test
    void aRightOpPassesBothOrders() {
        GradCheck.check(new Cube(3, 2), x);
        GradCheck.Report first = GradCheck.defaults().firstOrder(new Cube(3, 2), x).orThrow();
        assertEquals(1, first.order());
        assertEquals(4, first.checked());
        assertTrue(first.worst().excess() <= 1);
        GradCheck.Report second = GradCheck.defaults().secondOrder(new Cube(3, 2), x).orThrow();
        assertEquals(2, second.order());
        assertEquals(8, second.checked());
    }

    @Test
    void aWrongOpIsRefusedWithTheWorstEntry() {
        GradCheck.Report report = GradCheck.defaults().firstOrder(new Cube(3.5, 2), x);
        assertFalse(report.passed());
        GradCheck.Entry worst = report.worst();
        assertEquals(0, worst.input());
        assertEquals(3.5 / 3, worst.analytic() / worst.numeric(), 1e-6);
        assertEquals(1e-7 + 1e-5 * Math.abs(worst.numeric()), worst.allowed(), 1e-20);
        String message = assertThrows(GradCheckException.class, report::orThrow).getMessage();
        assertTrue(
                message.startsWith(
                        "gradient check of order 1: input 0, element " + worst.element() + ": backward gives " + worst.analytic()),
                message);
        assertTrue(message.endsWith("(the worst of 4 entries)"), message);
        assertThrows(GradCheckException.class, () -> GradCheck.check(new Cube(3.5, 2), x));
    }

    @Test
    void aWrongSecondDerivativeIsFoundBySecondOrderAlone() {
        assertTrue(GradCheck.defaults().firstOrder(new Cube(3, 1), x).passed());
        assertFalse(GradCheck.defaults().secondOrder(new Cube(3, 1), x).passed());
        assertThrows(GradCheckException.class, () -> GradCheck.check(new Cube(3, 1), x));
    }

    @Test
    void aTinyErrorInOneEntryIsFound() {
        GradCheck.Report report = GradCheck.defaults().firstOrder(
                in -> new Tensor[] {in[0].mul(in[0]).sub(in[0].detach().mul(in[0]).mul(Tensor.of(Shape.of(2, 2), 0.0, 0, 0, 1e-4)))}, x);
        assertFalse(report.passed());
        assertEquals(3, report.worst().element());
    }

    @Test
    void notANumberIsAFailure() {
        GradCheck.Report report = GradCheck.defaults().firstOrder(in -> new Tensor[] {in[0].log()}, x);
        assertEquals(Double.POSITIVE_INFINITY, report.worst().excess());
        assertFalse(report.passed());
    }

    @Test
    void aBackwardThatDiffersFromRunToRunIsRefused() {
        AtomicInteger runs = new AtomicInteger();
        record Drifting(AtomicInteger runs) implements Op {
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
                return new Tensor[] {op.gradient(0).times(1 + 1e-15 * runs.getAndIncrement())};
            }
        }
        String message = assertThrows(GradCheckException.class, () -> GradCheck.defaults().firstOrder(new Drifting(runs), x)).getMessage();
        assertTrue(message.startsWith("gradient check: two backward passes differ in input 0, element "), message);
    }

    @Test
    void inputsAreNotWrittenAndSinglePrecisionIsWidened() {
        Tensor single = x.to(DType.F32);
        GradCheck.check(new Cube(3, 2), single);
        assertArrayEquals(x.toDoubles(), single.toDoubles());
        assertArrayEquals(new double[] {0.5, -1.0, 2.0, 0.25}, x.toDoubles());
    }

    @Test
    void integersAndDetachedOutputsTakeNoPart() {
        Tensor ids = Tensor.of(Shape.of(3), 1, 0, 1);
        GradCheck.Report report = GradCheck.defaults().firstOrder(in -> new Tensor[] {in[1].indexSelect(0, in[0]), in[1].detach().exp()},
                ids, x);
        assertEquals(4, report.orThrow().checked());
        assertEquals(1, report.worst().input());
        GradCheck.Report none = GradCheck.defaults().firstOrder(in -> new Tensor[] {in[0].detach()}, x);
        assertEquals(0, none.checked());
        assertNull(none.worst());
        assertTrue(none.passed());
        assertEquals(0, GradCheck.defaults().secondOrder(in -> new Tensor[] {in[0].detach()}, x).checked());
    }

    @Test
    void aBackwardOfTheWrongFormIsRefusedByTheTape() {
        record Wrong(int gradients, Shape shape, DType dtype) implements Op {
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
                Tensor[] g = new Tensor[gradients];
                java.util.Arrays.fill(g, Tensor.zeros(dtype, shape));
                return g;
            }
        }
        String count = assertThrows(dev.steppe.kernels.ShapeException.class,
                () -> GradCheck.check(new Wrong(2, Shape.of(2, 2), DType.F64), x)).getMessage();
        assertEquals("wrong: backward gave 2 gradients for 1 inputs", count);
        String shape = assertThrows(dev.steppe.kernels.ShapeException.class, () -> GradCheck.check(new Wrong(1, Shape.of(4), DType.F64), x))
                .getMessage();
        assertEquals("wrong: backward gave input 0, F64[2,2], a gradient F64[4]", shape);
        assertThrows(dev.steppe.kernels.ShapeException.class, () -> GradCheck.check(new Wrong(1, Shape.of(2, 2), DType.F32), x));
    }
}
