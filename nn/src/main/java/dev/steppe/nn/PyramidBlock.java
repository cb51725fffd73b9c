package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;

/**
 * Two 3x3 convolutions with normalisation before, between (followed by the only ReLU) and after: Han, Kim, Kim 2017, figure 6d. The shortcut has no weights: mean
 * pooling where the image is halved, and channels of zeros behind its own (the authors' code).
 */
final class PyramidBlock extends Layer {
    private final BatchNorm2d bn1;
    private final Conv2d conv1;
    private final BatchNorm2d bn2;
    private final Conv2d conv2;
    private final BatchNorm2d bn3;
    private final Layer shortcut;

    /** @param out at least {@code in} */
    PyramidBlock(int in, int out, int stride) {
        bn1 = child("bn1", new BatchNorm2d(in));
        conv1 = child("conv1", Blocks.conv(in, out, 3, stride));
        bn2 = child("bn2", new BatchNorm2d(out));
        conv2 = child("conv2", Blocks.conv(out, out, 3, 1));
        bn3 = child("bn3", new BatchNorm2d(out));
        shortcut = in == out && stride == 1 ? null : child("shortcut", Layer.of("PadShortcut", x -> widened(x, out - in, stride)));
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        Tensor y = bn2.relu(conv1, bn1.forward(x, pass), pass);
        y = bn3.forward(conv2.forward(y, pass), pass);
        return y.add(shortcut == null ? x : shortcut.forward(x, pass));
    }

    private static Tensor widened(Tensor x, int extra, int stride) {
        Tensor y = stride == 1 ? x : Blocks.even(x).avgPool2d(2, 2, 0);
        return y.pad(new int[4], new int[] {0, 0, 0, extra});
    }
}
