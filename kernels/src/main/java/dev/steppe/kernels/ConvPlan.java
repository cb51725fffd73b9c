package dev.steppe.kernels;

/**
 * Which algorithm a convolution and its adjoints get, by its shape, the lane count and the mode alone. Costs are counted in multiply-adds of one lane; those of
 * the transforms were fitted, roughly, to forward passes of the layers of ResNet-18 and -20 with 16 lanes. Backward to the filter gains less.
 */
enum ConvPlan {
    /** {@link DirectConv}, {@link DirectConvFilter}: everything. Backward to inputs of very few channels is {@link Col2Im}'s. */
    DIRECT,
    /** {@link DepthwiseConv}: a channel of its own for each group. */
    DEPTHWISE,
    /**
     * {@link WinogradConv}, {@link WinogradConvFilter}: where a quarter of the products outweighs the transforms and the tiles that lie outside the image. About
     * 16 channels are enough.
     */
    WINOGRAD;

    private static final int TAPS = 3;
    /** Of transforming one channel of one tile to one point, or back: most of it is memory traffic. */
    private static final long TRANSFORM = 12;
    /** Of transforming one weight to one point: all of it is memory traffic. */
    private static final long WEIGHT = 40;
    /** What Winograd must cost of the direct algorithm to be worth its rounding errors, in percent. */
    private static final long WORTH = 90;

    static ConvPlan of(ConvShape s, Kernels.Mode mode) {
        if (s.groups() > 1 && s.groups() == s.c() && s.c() == s.k()) { return DEPTHWISE; }
        boolean fits = s.r() == TAPS && s.s() == TAPS && s.stride() == 1 && s.dilation() == 1 && s.groups() == 1;
        return mode == Kernels.Mode.FAST && fits && 100 * winograd(s) < WORTH * direct(s) && hasFilter(s) ? WINOGRAD : DIRECT;
    }

    /** Whether arrays can hold the transformed filter of each pass. */
    private static boolean hasFilter(ConvShape s) {
        return Math.max(WinogradFilter.size(s.c(), s.k()), WinogradFilter.size(s.k(), s.c())) <= Integer.MAX_VALUE - 64;
    }

    private static long direct(ConvShape s) {
        return (long) s.n() * s.oh() * s.ow() * TAPS * TAPS * s.c() * s.k();
    }

    /** The larger of forward and backward to the input: all passes of a layer get the same algorithm. */
    private static long winograd(ConvShape s) {
        long c = padded(s.c());
        long k = padded(s.k());
        long tiles = (long) s.n() * Math.ceilDiv(Math.max(s.h(), s.oh()), WinogradTransform.TILE)
                * Math.ceilDiv(Math.max(s.w(), s.ow()), WinogradTransform.TILE);
        return WinogradTransform.PLANES * (tiles * (c * k + TRANSFORM * (c + k)) + WEIGHT * c * k);
    }

    /** Channels rounded up to whole panels. */
    private static long padded(int channels) {
        return GemmPlan.roundUp(channels, WinogradMicro.width(channels));
    }
}
