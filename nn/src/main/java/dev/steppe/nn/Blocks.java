package dev.steppe.nn;

import dev.steppe.core.Tensor;

/** What blocks of convolutions are made of. */
final class Blocks {
    /** How many times wider the end of a bottleneck block is than its middle (He et al. 2016, table 1). */
    static final int EXPANSION = 4;

    private Blocks() {
    }

    /** A convolution without bias, padded so that stride 1 keeps the size of the image. */
    static Conv2d conv(int in, int out, int kernel, int stride) {
        return new Conv2d(in, out, kernel).stride(stride).padding(kernel / 2).noBias()
                .initialised(Initialiser.kaimingNormal(Initialiser.Fan.OUT));
    }

    /** What a block adds to its output, or null for the input itself. */
    static Layer shortcut(ResNet.Shortcut kind, int in, int out, int stride) {
        if (in == out && stride == 1) { return null; }
        return switch (kind) {
            case PROJECTION -> new Sequential(conv(in, out, 1, stride), new BatchNorm2d(out));
            case PAD -> Layer.of("PadShortcut", x -> pad(x, stride, out - in));
        };
    }

    /** The last row and column of {@code x: [n, h, w, c]} once more where their number is odd: then 2x2 pooling loses none ("ceil mode" elsewhere). */
    static Tensor even(Tensor x) {
        Tensor y = x;
        for (int axis = 1; axis <= 2; axis++) {
            int size = x.shape().dim(axis);
            y = size % 2 == 0 ? y : Tensor.concat(axis, y, y.slice(axis, size - 1, size));
        }
        return y;
    }

    /** Every {@code stride}-th pixel, with {@code extra} channels of zeros, half of them (rounded down) in front. */
    private static Tensor pad(Tensor x, int stride, int extra) {
        Tensor y = stride == 1 ? x : x.slice(new int[4], x.shape().dims(), new int[] {1, stride, stride, 1});
        return extra == 0 ? y : y.pad(new int[] {0, 0, 0, extra / 2}, new int[] {0, 0, 0, extra - extra / 2});
    }
}
