package dev.steppe.optim.sam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalQuantileTest {
    /** Against Python's {@code statistics.NormalDist().inv_cdf}. */
    @ParameterizedTest
    @CsvSource({"1e-16, -8.222082216130435", "1e-12, -7.034483825301132", "3e-11, -6.543737689677802", "1e-09, -5.9978070150076865",
        "1e-05, -4.2648907939228256", "0.01, -2.3263478740408408", "0.0749, -1.4402382675279632", "0.0751, -1.4388253927525398",
        "0.2, -0.8416212335729142", "0.4999, -0.0002506628300880075", "0.5, 0.0", "0.7, 0.5244005127080407", "0.925, 1.439531470938456",
        "0.9251, 1.4402382675279632", "0.999, 3.090232306167813"})
    void quantiles(double p, double x) {
        assertEquals(x, NormalQuantile.of(p - 0.5, Math.min(p, 1 - p)), 2e-15 * Math.max(1, Math.abs(x)));
        assertEquals(-x, NormalQuantile.of(0.5 - p, Math.min(p, 1 - p)), 2e-15 * Math.max(1, Math.abs(x)));
    }

    /** The pieces meet: where one approximation ends and the next begins it neither jumps nor turns back. */
    @ParameterizedTest
    @CsvSource({"0.075", "0.925", "1.3887943864964021e-11"})
    void thePiecesMeet(double p) {
        double below = NormalQuantile.of(p * (1 - 1e-9) - 0.5, Math.min(p * (1 - 1e-9), 1 - p * (1 - 1e-9)));
        double above = NormalQuantile.of(p * (1 + 1e-9) - 0.5, Math.min(p * (1 + 1e-9), 1 - p * (1 + 1e-9)));
        assertTrue(above > below && above - below < 3e-8, below + " " + above);
    }
}
