package dev.steppe.optim.landscape;

/**
 * Losses along a line.
 *
 * @param x coordinates, ascending
 * @param losses {@code [x]}; NaN or infinite where the model overflows
 * @param surface of what
 */
public record Curve(double[] x, double[] losses, Landscape.Surface surface) {
}
