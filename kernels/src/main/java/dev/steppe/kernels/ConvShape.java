package dev.steppe.kernels;

/**
 * Sizes of a 2-D convolution (cross-correlation): {@code x: [n, h, w, c]}, {@code filter: [r, s, c / groups, k]}, {@code y: [n, oh, ow, k]}.
 *
 * @param n images
 * @param h input height
 * @param w input width
 * @param c input channels
 * @param k output channels; group {@code g} maps input channels {@code g*c/groups ..} to output channels {@code g*k/groups ..}
 * @param r filter height
 * @param s filter width
 * @param stride step between outputs, both axes
 * @param padding zeros added on each side, both axes
 * @param dilation distance between filter taps, both axes
 * @param groups how many independent groups of channels; {@code groups = c} is a depthwise convolution
 */
public record ConvShape(int n, int h, int w, int c, int k, int r, int s, int stride, int padding, int dilation, int groups) {
    /** @throws ShapeException if the sizes do not describe a convolution with at least an empty output */
    public ConvShape {
        if (n < 0 || h < 0 || w < 0 || c < 1 || k < 1 || r < 1 || s < 1 || stride < 1 || padding < 0 || dilation < 1 || groups < 1) {
            throw new ShapeException(
                    "conv2d: n, h, w, padding must be >= 0; channels, filter, stride, dilation, groups >= 1 (x [" + n + "," + h + "," + w
                            + "," + c + "], k " + k + ", filter " + r + "x" + s + ", stride " + stride + ", padding " + padding
                            + ", dilation " + dilation
                            + ", groups " + groups + ")");
        }
        if (c % groups != 0 || k % groups != 0) {
            throw new ShapeException(
                    "conv2d: " + groups + " groups divide neither or not both of " + c + " input and " + k + " output channels");
        }
        checkPadded("conv2d", h, w, padding);
        if (h + 2 * padding <= dilation * (r - 1L) || w + 2 * padding <= dilation * (s - 1L)) {
            throw new ShapeException(
                    "conv2d: filter " + r + "x" + s + " with dilation " + dilation + " does not fit into " + h + "x" + w + " with padding "
                            + padding);
        }
    }

    /** Output height {@code floor((h + 2 padding - dilation (r - 1) - 1) / stride) + 1}. */
    public int oh() {
        return outputSize(h, r, stride, padding, dilation);
    }

    /** Output width {@code floor((w + 2 padding - dilation (s - 1) - 1) / stride) + 1}. */
    public int ow() {
        return outputSize(w, s, stride, padding, dilation);
    }

    /** The same convolution of another number of images. */
    ConvShape images(int n) {
        return new ConvShape(n, h, w, c, k, r, s, stride, padding, dilation, groups);
    }

    /** @throws ShapeException if an image with its padding has more rows or columns than an int can count: then offsets of taps would not fit either */
    static void checkPadded(String what, int h, int w, int padding) {
        if (Math.max(h, w) + 2L * padding > Integer.MAX_VALUE) {
            throw new ShapeException(
                    what + ": " + h + "x" + w + " with padding " + padding + " has a side of more than " + Integer.MAX_VALUE);
        }
    }

    private static int outputSize(int size, int filter, int stride, int padding, int dilation) {
        return Math.floorDiv(size + 2 * padding - dilation * (filter - 1) - 1, stride) + 1;
    }
}
