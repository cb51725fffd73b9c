package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.kernels.ShapeException;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class InitialiserTest {
    /** 3x3 filters from 20 to 40 channels: fan in 180, fan out 360. */
    private static final Shape FILTERS = Shape.of(3, 3, 20, 40);
    private static final Shape LINEAR = Shape.of(100, 70);

    static Stream<Arguments> variances() {
        return Stream.of(Arguments.of("kaiming normal, in", Initialiser.kaimingNormal(Initialiser.Fan.IN), FILTERS, 2.0 / 180, false),
                Arguments.of("kaiming normal, out", Initialiser.kaimingNormal(Initialiser.Fan.OUT), FILTERS, 2.0 / 360, false),
                Arguments.of("kaiming normal, out, linear", Initialiser.kaimingNormal(Initialiser.Fan.OUT), LINEAR, 2.0 / 70, false),
                Arguments.of("kaiming uniform, in", Initialiser.kaimingUniform(Initialiser.Fan.IN, 0), FILTERS, 2.0 / 180, true),
                Arguments.of("kaiming uniform, slope 1", Initialiser.kaimingUniform(Initialiser.Fan.OUT, 1), LINEAR, 1.0 / 70, true),
                Arguments.of("xavier normal", Initialiser.xavierNormal(), FILTERS, 2.0 / 540, false),
                Arguments.of("xavier uniform", Initialiser.xavierUniform(), LINEAR, 2.0 / 170, true),
                Arguments.of("pytorch", Initialiser.pytorch(), FILTERS, 1.0 / 180 / 3, true),
                Arguments.of("pytorch bias", Initialiser.pytorchBias(LINEAR), Shape.of(7000), 1.0 / 100 / 3, true),
                Arguments.of("normal", Initialiser.normal(0.3), Shape.of(7000), 0.09, false));
    }

    /** Over 7000 numbers the mean is within 5 standard errors, the variance within 10 %; uniform numbers keep to their bound and come near it. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("variances")
    void variance(String name, Initialiser initialiser, Shape shape, double expected, boolean uniform) {
        IntToDoubleFunction numbers = initialiser.numbers(shape, RandomKey.of(3));
        int n = shape.size();
        double sum = 0;
        double squares = 0;
        double largest = 0;
        for (int i = 0; i < n; i++) {
            double x = numbers.applyAsDouble(i);
            sum += x;
            squares += x * x;
            largest = Math.max(largest, Math.abs(x));
        }
        assertEquals(0, sum / n, 5 * Math.sqrt(expected / n));
        assertEquals(expected, squares / n, 0.1 * expected);
        double bound = Math.sqrt(3 * expected);
        assertTrue(uniform == largest <= bound * (1 + 1e-12) && largest > 0.99 * bound, "largest " + largest + ", bound " + bound);
    }

    @Test
    void aFanNeedsTwoAxes() {
        ShapeException e = assertThrows(ShapeException.class, () -> Initialiser.xavierUniform().numbers(Shape.of(16), RandomKey.of(0)));
        assertTrue(e.getMessage().contains("[16]"), e.getMessage());
        assertEquals(1, Initialiser.Fan.IN.of(Shape.of(0, 4)), "an empty weight has no infinite scale");
    }

    @Test
    void layersStartAsTheyPromise() {
        assertEquals(1.5, Initialiser.constant(1.5).numbers(Shape.of(2), RandomKey.of(0)).applyAsDouble(1));
        var parameters = new Sequential(new Linear(4, 100), new Conv2d(9, 8, 3)).initialPoint(5);
        double linear = 1 / Math.sqrt(4);
        double conv = 1 / Math.sqrt(81);
        parameters.space().segments().forEach(s -> {
            double largest = 0;
            for (double x : parameters.space().view(parameters.point(), s).toDoubles()) {
                largest = Math.max(largest, Math.abs(x));
            }
            double bound = s.name().startsWith("0.") ? linear : conv;
            assertTrue(largest <= bound && largest > 0.6 * bound, s.name() + ": " + largest);
        });
    }
}
