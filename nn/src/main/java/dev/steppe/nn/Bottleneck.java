package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;

/**
 * Convolutions of 1x1, 3x3 and 1x1, each with normalisation, and a shortcut: He et al. 2016, figure 5 right. The 3x3 has the stride, which the paper gives to
 * the first 1x1 ("v1.5": torchvision's {@code Bottleneck} and its note).
 */
final class Bottleneck extends Layer {
    private final Conv2d conv1;
    private final BatchNorm2d bn1;
    private final Conv2d conv2;
    private final BatchNorm2d bn2;
    private final Conv2d conv3;
    private final BatchNorm2d bn3;
    private final Layer shortcut;

    Bottleneck(int in, int width, int stride, ResNet.Shortcut kind) {
        int out = Blocks.EXPANSION * width;
        conv1 = child("conv1", Blocks.conv(in, width, 1, 1));
        bn1 = child("bn1", new BatchNorm2d(width));
        conv2 = child("conv2", Blocks.conv(width, width, 3, stride));
        bn2 = child("bn2", new BatchNorm2d(width));
        conv3 = child("conv3", Blocks.conv(width, out, 1, 1));
        bn3 = child("bn3", new BatchNorm2d(out));
        Layer other = Blocks.shortcut(kind, in, out, stride);
        shortcut = other == null ? null : child("shortcut", other);
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        Tensor y = bn1.relu(conv1, x, pass);
        y = bn2.relu(conv2, y, pass);
        return bn3.addRelu(conv3, y, shortcut == null ? x : shortcut.forward(x, pass), pass);
    }
}
