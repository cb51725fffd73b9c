package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;

/**
 * Normalisation and ReLU before each of two 3x3 convolutions: He et al.: Identity Mappings in Deep Residual Networks, ECCV 2016, in the wide form of Zagoruyko
 * and Komodakis 2016 (their code): where the shape changes, the shortcut is a 1x1 convolution of the activated input.
 */
final class PreActivationBlock extends Layer {
    private final BatchNorm2d bn1;
    private final Conv2d conv1;
    private final BatchNorm2d bn2;
    private final Layer dropout;
    private final Conv2d conv2;
    private final Conv2d shortcut;

    PreActivationBlock(int in, int out, int stride, double dropout) {
        bn1 = child("bn1", new BatchNorm2d(in));
        conv1 = child("conv1", Blocks.conv(in, out, 3, stride));
        bn2 = child("bn2", new BatchNorm2d(out));
        this.dropout = dropout == 0 ? null : child("dropout", new Dropout(dropout));
        conv2 = child("conv2", Blocks.conv(out, out, 3, 1));
        shortcut = in == out && stride == 1 ? null : child("shortcut", Blocks.conv(in, out, 1, stride));
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        Tensor a = bn1.relu(x, pass);
        Tensor y = bn2.relu(conv1, a, pass);
        y = conv2.forward(dropout == null ? y : dropout.forward(y, pass), pass);
        return y.add(shortcut == null ? x : shortcut.forward(a, pass));
    }
}
