package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Wide residual networks: Zagoruyko, Komodakis: Wide Residual Networks, BMVC 2016, with pre-activation blocks. Images {@code [n, h, w, channels]} of about
 * 32x32 to logits {@code [n, classes]}: a 3x3 convolution to 16 channels, three stages of widths 16 k, 32 k, 64 k, normalisation, ReLU, the mean over all
 * pixels, a linear layer. Filters start by {@link Initialiser#kaimingNormal} by fan out, as in the authors' code.
 */
public final class WideResNet extends Layer {
    /**
     * What a wide residual network is made of.
     *
     * @param depth 6 n + 4: 16, 22, 28, 40
     * @param k how many times wider than a CIFAR ResNet
     * @param channels of the images
     * @param dropout probability of being dropped between the convolutions of a block; 0 by default, the paper tries 0.3 (section 3.4)
     */
    public record Options(int depth, int k, int channels, int classes, double dropout) {
        /** @throws IllegalArgumentException if the depth is not 6 n + 4 or a number is not positive */
        public Options {
            Checks.that(depth >= 10 && depth % 6 == 4, "wide resnet: the depth is 6 n + 4 (10, 16, 22, 28, 40, …), got " + depth);
            Checks.positive("wide resnet", "width factor", k);
            Checks.positive("wide resnet", "input channels", channels);
            Checks.positive("wide resnet", "classes", classes);
        }

        /** For colour images, without dropout. */
        public static Options of(int depth, int k, int classes) {
            return new Options(depth, k, 3, classes, 0);
        }

        /** The same for images of {@code channels} channels. */
        public Options channels(int channels) {
            return new Options(depth, k, channels, classes, dropout);
        }

        /** The same with dropout. */
        public Options dropout(double probability) {
            return new Options(depth, k, channels, classes, probability);
        }
    }

    private final Conv2d conv1;
    private final List<Layer> stages = new ArrayList<>();
    private final BatchNorm2d bn;
    private final Linear fc;

    /** A network as described. */
    public WideResNet(Options options) {
        conv1 = child("conv1", Blocks.conv(options.channels, 16, 3, 1));
        int in = 16;
        for (int s = 0; s < 3; s++) {
            int width = (16 << s) * options.k;
            List<Layer> blocks = new ArrayList<>();
            for (int b = 0; b < (options.depth - 4) / 6; b++) {
                blocks.add(new PreActivationBlock(in, width, s > 0 && b == 0 ? 2 : 1, options.dropout));
                in = width;
            }
            stages.add(child("layer" + (s + 1), new Sequential(blocks)));
        }
        bn = child("bn", new BatchNorm2d(in));
        fc = child("fc", new Linear(in, options.classes));
    }

    /** WideResNet-depth-k for colour images, for example {@code of(28, 10, 10)}. */
    public static WideResNet of(int depth, int k, int classes) {
        return new WideResNet(Options.of(depth, k, classes));
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        Tensor y = conv1.forward(x, pass);
        for (Layer stage : stages) {
            y = stage.forward(y, pass);
        }
        return fc.forward(bn.relu(y, pass).globalAveragePool(), pass);
    }
}
