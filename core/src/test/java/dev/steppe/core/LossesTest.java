package dev.steppe.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.core.Losses.Smoothing;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.ShapeException;
import org.junit.jupiter.api.Test;

/** Numbers worked out by hand, and what is refused. */
class LossesTest {
    /** Logits log(1), log(2), log(5): probabilities 1/8, 2/8, 5/8. */
    private final Tensor logits = Tensor.of(Shape.of(1, 3), 0, Math.log(2), Math.log(5));
    private final Tensor second = Tensor.of(Shape.of(1), 1);

    private static double smoothed(double... weights) {
        return weights[0] * Math.log(8) + weights[1] * Math.log(4) + weights[2] * Math.log(8 / 5.0);
    }

    @Test
    void crossEntropyIsTheLogarithmOfTheProbability() {
        assertEquals(Math.log(4), Losses.crossEntropy(logits, second).item(), 1e-15);
        Tensor soft = Tensor.of(Shape.of(1, 3), 0.2, 0.3, 0.5);
        assertEquals(smoothed(0.2, 0.3, 0.5), Losses.crossEntropy(logits, soft).item(), 1e-15);
        assertEquals(2 * smoothed(0.2, 0.3, 0.5), Losses.crossEntropy(logits, soft.times(2)).item(), 1e-15);
    }

    @Test
    void smoothingTakesBothForms() {
        Smoothing all = new Smoothing(0.3, Smoothing.Form.PYTORCH);
        Smoothing others = new Smoothing(0.3, Smoothing.Form.OFF_TARGET);
        Tensor oneHot = Tensor.of(Shape.of(1, 3), 0.0, 1, 0);
        for (Tensor target : new Tensor[] {second, oneHot}) {
            assertEquals(smoothed(0.1, 0.8, 0.1), Losses.crossEntropy(all).losses(logits, target).item(), 1e-15);
            assertEquals(smoothed(0.15, 0.7, 0.15), Losses.crossEntropy(others).losses(logits, target).item(), 1e-15);
        }
        assertEquals(Losses.crossEntropy(logits, second).item(), Losses.crossEntropy(Smoothing.NONE).losses(logits, second).item());
        assertEquals(all, Smoothing.of(0.3));
        assertThrows(IllegalArgumentException.class, () -> Smoothing.of(1));
        assertThrows(IllegalArgumentException.class, () -> Smoothing.of(-0.1));
        assertThrows(IllegalArgumentException.class, () -> Smoothing.of(Double.NaN));
    }

    @Test
    void largeLogitsDoNotOverflow() {
        Tensor large = Tensor.of(Shape.of(2, 2), 1e4, 0, 0, 1e4);
        assertArrayEquals(new double[] {0, 1e4}, Losses.crossEntropy(large, Tensor.of(Shape.of(2), 0, 0)).toDoubles());
    }

    @Test
    void squaredErrorIsAMeanOverEachExample() {
        Tensor y = Tensor.of(Shape.of(2, 2), 1.0, 2, 3, 4);
        Tensor t = Tensor.of(Shape.of(2, 2), 1.0, 0, 0, 0);
        assertArrayEquals(new double[] {2, 12.5}, Losses.squaredError(y, t).toDoubles());
        Tensor flat = Tensor.of(Shape.of(2), 3.0, -1);
        assertArrayEquals(new double[] {9, 1}, Losses.squaredError(flat, Tensor.zeros(DType.F64, Shape.of(2))).toDoubles());
    }

    @Test
    void wrongTargetsAreNamed() {
        assertEquals("oneHot: class id 7 of example 0 is outside 0 to 2",
                assertThrows(ShapeException.class, () -> Losses.crossEntropy(logits, Tensor.of(Shape.of(1), 7))).getMessage());
        assertThrows(ShapeException.class, () -> Losses.crossEntropy(logits, Tensor.of(Shape.of(2), 0, 1)));
        assertThrows(ShapeException.class, () -> Losses.crossEntropy(logits, Tensor.of(Shape.of(1, 2), 0.5, 0.5)));
        assertThrows(ShapeException.class, () -> Losses.crossEntropy(logits.reshape(3), second));
    }
}
