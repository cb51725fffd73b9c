package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;

/** Two 3x3 convolutions, each with normalisation, and a shortcut: He et al. 2016, figure 5 left. The first convolution has the stride. */
final class BasicBlock extends Layer {
    private final Conv2d conv1;
    private final BatchNorm2d bn1;
    private final Conv2d conv2;
    private final BatchNorm2d bn2;
    private final Layer shortcut;

    BasicBlock(int in, int width, int stride, ResNet.Shortcut kind) {
        conv1 = child("conv1", Blocks.conv(in, width, 3, stride));
        bn1 = child("bn1", new BatchNorm2d(width));
        conv2 = child("conv2", Blocks.conv(width, width, 3, 1));
        bn2 = child("bn2", new BatchNorm2d(width));
        Layer other = Blocks.shortcut(kind, in, width, stride);
        shortcut = other == null ? null : child("shortcut", other);
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        Tensor y = bn1.relu(conv1, x, pass);
        return bn2.addRelu(conv2, y, shortcut == null ? x : shortcut.forward(x, pass), pass);
    }
}
