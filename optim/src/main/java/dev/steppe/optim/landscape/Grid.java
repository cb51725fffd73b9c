package dev.steppe.optim.landscape;

/**
 * Losses on a plane.
 *
 * @param x coordinates along the first direction, ascending
 * @param y coordinates along the second one, ascending
 * @param losses {@code [y][x]}; NaN or infinite where the model overflows
 * @param surface of what
 */
public record Grid(double[] x, double[] y, double[][] losses, Landscape.Surface surface) {
}
