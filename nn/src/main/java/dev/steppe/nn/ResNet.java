package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Residual networks: He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, CVPR 2016. Images {@code [n, h, w, channels]} to logits
 * {@code [n, classes]}; a stem, stages of blocks that each halve the image and double the width, the mean over all pixels, a linear layer.
 *
 * <p>{@link #cifar} is the family of section 4.2, for small images: three stages of widths 16, 32, 64, shortcuts without weights (option A). {@link #of} is the
 * family of table 1: four stages of widths 64 to 512 with projection shortcuts where the shape changes (option B); from 50 layers on it has bottleneck blocks
 * with the stride in the 3x3 convolution, "v1.5" as in torchvision. Names of weights are torchvision's, but for {@code shortcut} instead of
 * {@code downsample}; filters start as there, {@link Initialiser#kaimingNormal} by fan out.
 */
public final class ResNet extends Layer {
    /** What is done to the image before the first stage. */
    public enum Stem {
        /** A 3x3 convolution: for images of about 32x32. */
        CIFAR,
        /** A 7x7 convolution of stride 2 and 3x3 max pooling of stride 2: for images of about 224x224. */
        IMAGENET
    }

    /** What is added to the output of a block whose shape differs from its input's (section 3.3 of the paper). */
    public enum Shortcut {
        /** Option A: every second pixel, and channels of zeros, half of them (rounded down) in front. No weights. */
        PAD,
        /** Option B: a 1x1 convolution with normalisation. */
        PROJECTION
    }

    /**
     * What a residual network is made of.
     *
     * @param blocks how many per stage
     * @param bottleneck whether a block is 1x1, 3x3, 1x1 with four times as many channels at its end, or two 3x3
     * @param width channels of the first stage (within its blocks); each stage has twice as many as the one before
     * @param channels of the images
     */
    public record Options(List<Integer> blocks, boolean bottleneck, int width, Shortcut shortcut, Stem stem, int channels, int classes) {
        /** @throws IllegalArgumentException if a number is not positive or there is no stage */
        public Options {
            blocks = List.copyOf(blocks);
            Checks.that(!blocks.isEmpty(), "resnet: needs one stage at least");
            blocks.forEach(n -> Checks.positive("resnet", "blocks of a stage", n));
            Checks.positive("resnet", "width", width);
            Checks.positive("resnet", "input channels", channels);
            Checks.positive("resnet", "classes", classes);
        }

        /**
         * Three stages of widths 16, 32, 64 for colour images of about 32x32, shortcuts of option A.
         *
         * @param depth 6 n + 2, in the paper 20, 32, 44, 56, 110
         */
        public static Options cifar(int depth, int classes) {
            Checks.that(depth >= 8 && depth % 6 == 2,
                    "resnet: the depth of a CIFAR ResNet is 6 n + 2 (8, 14, 20, 32, 44, 56, 110, …), got " + depth);
            return new Options(Collections.nCopies(3, depth / 6), false, 16, Shortcut.PAD, Stem.CIFAR, 3, classes);
        }

        /**
         * Four stages of widths 64, 128, 256, 512 for colour images, projection shortcuts, the stem for small images.
         *
         * @param depth 18, 34, 50, 101 or 152
         */
        public static Options of(int depth, int classes) {
            List<Integer> blocks = switch (depth) {
                case 18 -> List.of(2, 2, 2, 2);
                case 34, 50 -> List.of(3, 4, 6, 3);
                case 101 -> List.of(3, 4, 23, 3);
                case 152 -> List.of(3, 8, 36, 3);
                default -> throw new IllegalArgumentException(
                        "resnet: the depth is one of 18, 34, 50, 101, 152 (or see ResNet.cifar), got " + depth);
            };
            return new Options(blocks, depth >= 50, 64, Shortcut.PROJECTION, Stem.CIFAR, 3, classes);
        }

        /** The same with another stem. */
        public Options stem(Stem stem) {
            return new Options(blocks, bottleneck, width, shortcut, stem, channels, classes);
        }

        /** The same for images of {@code channels} channels. */
        public Options channels(int channels) {
            return new Options(blocks, bottleneck, width, shortcut, stem, channels, classes);
        }

        /** The same with another kind of shortcut. */
        public Options shortcut(Shortcut shortcut) {
            return new Options(blocks, bottleneck, width, shortcut, stem, channels, classes);
        }

        /** The same with {@code width} channels in the first stage. */
        public Options width(int width) {
            return new Options(blocks, bottleneck, width, shortcut, stem, channels, classes);
        }
    }

    private final Stem stem;
    private final Conv2d conv1;
    private final BatchNorm2d bn1;
    private final List<Layer> stages = new ArrayList<>();
    private final Linear fc;

    /** A network as described. */
    public ResNet(Options options) {
        stem = options.stem;
        int kernel = stem == Stem.CIFAR ? 3 : 7;
        conv1 = child("conv1", Blocks.conv(options.channels, options.width, kernel, stem == Stem.CIFAR ? 1 : 2));
        bn1 = child("bn1", new BatchNorm2d(options.width));
        int in = options.width;
        for (int s = 0; s < options.blocks.size(); s++) {
            int width = options.width << s;
            int out = options.bottleneck ? Blocks.EXPANSION * width : width;
            List<Layer> blocks = new ArrayList<>();
            for (int b = 0; b < options.blocks.get(s); b++) {
                int stride = s > 0 && b == 0 ? 2 : 1;
                blocks.add(options.bottleneck
                        ? new Bottleneck(in, width, stride, options.shortcut)
                        : new BasicBlock(in, width, stride, options.shortcut));
                in = out;
            }
            stages.add(child("layer" + (s + 1), new Sequential(blocks)));
        }
        fc = child("fc", new Linear(in, options.classes));
    }

    /** The ResNet of {@code 6 n + 2} layers for small colour images; see {@link Options#cifar}. */
    public static ResNet cifar(int depth, int classes) {
        return new ResNet(Options.cifar(depth, classes));
    }

    /**
     * The ResNet of 18, 34, 50, 101 or 152 layers for small colour images; for large ones
     * {@code new ResNet(ResNet.Options.of(50, 1000).stem(ResNet.Stem.IMAGENET))}.
     */
    public static ResNet of(int depth, int classes) {
        return new ResNet(Options.of(depth, classes));
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        Tensor y = bn1.relu(conv1, x, pass);
        if (stem == Stem.IMAGENET) {
            y = y.maxPool2d(3, 2, 1);
        }
        for (Layer stage : stages) {
            y = stage.forward(y, pass);
        }
        return fc.forward(y.globalAveragePool(), pass);
    }
}
