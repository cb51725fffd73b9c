package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Networks of 3x3 convolutions one after the other: Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, ICLR 2015, table 1
 * (columns A, B, D, E), with normalisation after each convolution and, for small images, a single linear layer in the place of the paper's three: the form in
 * which papers on CIFAR use them. Images {@code [n, h, w, channels]} to logits {@code [n, classes]}: five stages of widths 64, 128, 256, 512, 512, each ending
 * in 2x2 max pooling, the mean over what pixels are left, a linear layer.
 *
 * <p>Pooling keeps the last row and column of odd sides ("ceil mode"), so that images of 28x28 go through, too; for sides that are multiples of 32 it is the
 * paper's. Names and initial filters are those of torchvision's {@code vgg11_bn}, {@link Initialiser#kaimingNormal} by fan out; convolutions keep their bias
 * there, though the normalisation takes it away again.
 */
public final class Vgg extends Layer {
    /**
     * What a VGG is made of.
     *
     * @param convolutions how many per stage
     * @param width channels of the first stage; the next three have twice as many each
     * @param channels of the images
     */
    public record Options(List<Integer> convolutions, int width, int channels, int classes) {
        /** @throws IllegalArgumentException if a number is not positive or there is no stage */
        public Options {
            convolutions = List.copyOf(convolutions);
            Checks.that(!convolutions.isEmpty(), "vgg: needs one stage at least");
            convolutions.forEach(n -> Checks.positive("vgg", "convolutions of a stage", n));
            Checks.positive("vgg", "width", width);
            Checks.positive("vgg", "input channels", channels);
            Checks.positive("vgg", "classes", classes);
        }

        /**
         * For colour images.
         *
         * @param depth 11, 13, 16 or 19; the paper counts three linear layers
         */
        public static Options of(int depth, int classes) {
            List<Integer> convolutions = switch (depth) {
                case 11 -> List.of(1, 1, 2, 2, 2);
                case 13 -> List.of(2, 2, 2, 2, 2);
                case 16 -> List.of(2, 2, 3, 3, 3);
                case 19 -> List.of(2, 2, 4, 4, 4);
                default -> throw new IllegalArgumentException("vgg: the depth is one of 11, 13, 16, 19, got " + depth);
            };
            return new Options(convolutions, 64, 3, classes);
        }

        /** The same for images of {@code channels} channels. */
        public Options channels(int channels) {
            return new Options(convolutions, width, channels, classes);
        }

        /** The same with {@code width} channels in the first stage. */
        public Options width(int width) {
            return new Options(convolutions, width, channels, classes);
        }
    }

    /** From the fourth stage on all are as wide as the fourth (table 1). */
    private static final int WIDEST = 3;

    private final Sequential features;
    private final Linear classifier;

    /** A network as described. */
    public Vgg(Options options) {
        List<Layer> layers = new ArrayList<>();
        int in = options.channels;
        for (int s = 0; s < options.convolutions.size(); s++) {
            int width = options.width << Math.min(s, WIDEST);
            for (int c = 0; c < options.convolutions.get(s); c++) {
                layers.add(new Conv2d(in, width, 3).padding(1).initialised(Initialiser.kaimingNormal(Initialiser.Fan.OUT)));
                layers.add(new BatchNorm2d(width));
                layers.add(Layers.relu());
                in = width;
            }
            layers.add(Layer.of("MaxPool2d", x -> Blocks.even(x).maxPool2d(2, 2, 0)));
        }
        features = child("features", new Sequential(layers));
        classifier = child("classifier", new Linear(in, options.classes));
    }

    /** VGG-11, -13, -16 or -19 with normalisation, for small colour images. */
    public static Vgg of(int depth, int classes) {
        return new Vgg(Options.of(depth, classes));
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        return classifier.forward(features.forward(x, pass).globalAveragePool(), pass);
    }
}
