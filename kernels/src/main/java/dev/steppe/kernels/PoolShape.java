package dev.steppe.kernels;

/**
 * Sizes of a 2-D pooling: {@code x: [n, h, w, c]}, {@code y: [n, oh, ow, c]}.
 *
 * @param n images
 * @param h input height
 * @param w input width
 * @param c channels
 * @param r window height
 * @param s window width
 * @param stride step between windows, both axes
 * @param padding positions added on each side, both axes; at most half the window
 */
public record PoolShape(int n, int h, int w, int c, int r, int s, int stride, int padding) {
    /** @throws ShapeException if the sizes do not describe a pooling with at least one output position, or a window can lie in the padding alone */
    public PoolShape {
        if (n < 0 || h < 1 || w < 1 || c < 0 || r < 1 || s < 1 || stride < 1 || padding < 0) {
            throw new ShapeException(
                    "pool2d: n, channels, padding must be >= 0; h, w, window, stride >= 1 (x [" + n + "," + h + "," + w + ","
                            + c + "], window " + r + "x" + s + ", stride " + stride + ", padding " + padding + ")");
        }
        if (2L * padding > Math.min(r, s)) {
            throw new ShapeException("pool2d: padding " + padding + " is more than half of the window " + r + "x" + s);
        }
        ConvShape.checkPadded("pool2d", h, w, padding);
        if (h + 2 * padding < r || w + 2 * padding < s) {
            throw new ShapeException("pool2d: window " + r + "x" + s + " does not fit into " + h + "x" + w + " with padding " + padding);
        }
    }

    /** Output height {@code floor((h + 2 padding - r) / stride) + 1}. */
    public int oh() {
        return (h + 2 * padding - r) / stride + 1;
    }

    /** Output width {@code floor((w + 2 padding - s) / stride) + 1}. */
    public int ow() {
        return (w + 2 * padding - s) / stride + 1;
    }
}
