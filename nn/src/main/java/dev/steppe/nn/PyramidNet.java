package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Residual networks whose every block is a little wider than the one before: Han, Kim, Kim: Deep Pyramidal Residual Networks, CVPR 2017, the additive kind
 * (equation 3) with basic blocks, for small images. Images {@code [n, h, w, channels]} to logits {@code [n, classes]}: a 3x3 convolution to 16 channels with
 * normalisation, three stages of blocks, normalisation, ReLU, the mean over all pixels, a linear layer.
 *
 * <p>Block k of K (from 1) has {@code 16 + alpha k / K} channels, added up step by step and rounded to the nearest (half to even) as in the authors' code, from
 * which names and initial filters come, too ({@link Initialiser#kaimingNormal} by fan out). Sides that are odd are halved upwards.
 */
public final class PyramidNet extends Layer {
    private static final int FIRST = 16;

    /**
     * What a pyramidal network is made of.
     *
     * @param depth 6 n + 2; the paper has 110
     * @param alpha by how many channels the last block is wider than the first convolution; the paper has 48, 84 and 270
     * @param channels of the images
     */
    public record Options(int depth, int alpha, int channels, int classes) {
        /** @throws IllegalArgumentException if the depth is not 6 n + 2, alpha is negative or a number is not positive */
        public Options {
            Checks.that(depth >= 8 && depth % 6 == 2, "pyramidnet: the depth is 6 n + 2 (8, 20, 56, 110, …), got " + depth);
            Checks.that(alpha >= 0, "pyramidnet: alpha must not be negative, got " + alpha);
            Checks.positive("pyramidnet", "input channels", channels);
            Checks.positive("pyramidnet", "classes", classes);
        }

        /** For colour images. */
        public static Options of(int depth, int alpha, int classes) {
            return new Options(depth, alpha, 3, classes);
        }

        /** The same for images of {@code channels} channels. */
        public Options channels(int channels) {
            return new Options(depth, alpha, channels, classes);
        }
    }

    private final Conv2d conv1;
    private final BatchNorm2d bn1;
    private final List<Layer> stages = new ArrayList<>();
    private final BatchNorm2d bnFinal;
    private final Linear fc;

    /** A network as described. */
    public PyramidNet(Options options) {
        conv1 = child("conv1", Blocks.conv(options.channels, FIRST, 3, 1));
        bn1 = child("bn1", new BatchNorm2d(FIRST));
        int blocksPerStage = options.depth / 6;
        double step = options.alpha / (3.0 * blocksPerStage);
        double width = FIRST;
        int in = FIRST;
        for (int s = 0; s < 3; s++) {
            List<Layer> blocks = new ArrayList<>();
            for (int b = 0; b < blocksPerStage; b++) {
                width += step;
                int out = (int) Math.rint(width);
                blocks.add(new PyramidBlock(in, out, s > 0 && b == 0 ? 2 : 1));
                in = out;
            }
            stages.add(child("layer" + (s + 1), new Sequential(blocks)));
        }
        bnFinal = child("bn_final", new BatchNorm2d(in));
        fc = child("fc", new Linear(in, options.classes));
    }

    /** PyramidNet-depth with widening alpha for colour images, for example {@code of(110, 270, 10)}. */
    public static PyramidNet of(int depth, int alpha, int classes) {
        return new PyramidNet(Options.of(depth, alpha, classes));
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        Tensor y = bn1.forward(conv1.forward(x, pass), pass);
        for (Layer stage : stages) {
            y = stage.forward(y, pass);
        }
        return fc.forward(bnFinal.relu(y, pass).globalAveragePool(), pass);
    }
}
