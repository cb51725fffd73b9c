package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.kernels.ShapeException;
import java.util.stream.Stream;

/**
 * Vision transformers: Dosovitskiy et al.: An Image is Worth 16x16 Words, ICLR 2021. Images {@code [n, h, w, channels]} to logits {@code [n, classes]}: patches
 * become tokens by a convolution whose stride is its size, a learned position is added to each, then blocks of attention with normalisation in front, a
 * normalisation, the mean over all tokens, a linear layer.
 *
 * <p>The mean is the default because it does as well as the paper's class token (appendix D.3, figure 9) or better (Beyer, Zhai, Kolesnikov: Better plain ViT
 * baselines for ImageNet-1k, 2022, arXiv 2205.01580), and needs no token that is not a patch; {@link Pooling#CLASS_TOKEN} is the paper's own. Names, epsilon and
 * initial numbers are timm's {@code VisionTransformer}: linear layers and positions normal with deviation 0.02, biases zero, the class token normal with deviation
 * 1e-6, the convolution as PyTorch's.
 */
public final class VisionTransformer extends Layer {
    /** What the linear layer at the end sees. */
    public enum Pooling {
        /** The mean over all tokens. */
        MEAN,
        /** One token more, which is learned and stands for the image: the paper's section 3.1. */
        CLASS_TOKEN
    }

    /**
     * What a vision transformer is made of.
     *
     * @param width numbers per token
     * @param depth blocks
     * @param heads of each attention, a divisor of the width
     * @param patch side of a patch in pixels
     * @param image the largest side of an image, a multiple of the patch: there is a position for each of its patches, and smaller images use the upper left ones
     * @param channels of the images
     */
    public record Options(int width, int depth, int heads, int patch, int image, Pooling pooling, int channels, int classes) {
        private static final int PER_HEAD = 64;

        /** @throws IllegalArgumentException if a number is not positive, or one does not divide the other */
        public Options {
            Checks.positive("vit", "width", width);
            Checks.positive("vit", "depth", depth);
            Checks.positive("vit", "heads", heads);
            Checks.positive("vit", "patch", patch);
            Checks.positive("vit", "image", image);
            Checks.positive("vit", "input channels", channels);
            Checks.positive("vit", "classes", classes);
            Checks.that(width % heads == 0, "vit: " + heads + " heads do not divide a width of " + width);
            Checks.that(image % patch == 0, "vit: patches of " + patch + " do not divide images of " + image);
        }

        /**
         * For colour images of up to 32x32 in patches of 4x4, pooled by their mean.
         *
         * @param width a multiple of 64, with a head for every 64 as in the papers: 192, 384 and 768 are DeiT's Ti, S and B (Touvron et al. 2021, table 1)
         * @param depth 12 in the papers
         */
        public static Options of(int width, int depth, int classes) {
            Checks.that(width > 0 && width % PER_HEAD == 0,
                    "vit: the width is a multiple of " + PER_HEAD + " (128, 192, 384, 768), got " + width);
            return new Options(width, depth, width / PER_HEAD, 4, 32, Pooling.MEAN, 3, classes);
        }

        /** The same for images of another size in other patches. */
        public Options image(int image, int patch) {
            return new Options(width, depth, heads, patch, image, pooling, channels, classes);
        }

        /** The same for images of {@code channels} channels. */
        public Options channels(int channels) {
            return new Options(width, depth, heads, patch, image, pooling, channels, classes);
        }

        /** The same with another way of pooling. */
        public Options pooling(Pooling pooling) {
            return new Options(width, depth, heads, patch, image, pooling, channels, classes);
        }

        private int side() {
            return image / patch;
        }
    }

    /** As in the authors' code and timm. */
    static final double EPSILON = 1e-6;
    /** Deviation of initial weights. */
    private static final double DEVIATION = 0.02;
    /** How many times wider than the tokens the blocks' linear layers are (paper, table 1). */
    private static final int MLP = 4;

    private final Options options;
    private final Weight token;
    private final Weight positions;
    private final Layer patches;
    private final Layer blocks;
    private final LayerNorm norm;
    private final Linear head;

    /** A network as described. */
    public VisionTransformer(Options options) {
        this.options = options;
        int width = options.width;
        boolean classToken = options.pooling == Pooling.CLASS_TOKEN;
        int count = options.side() * options.side() + (classToken ? 1 : 0);
        token = classToken ? weight("cls_token", Shape.of(1, 1, width), Role.BIAS, Weight.NO_FILTERS, Initialiser.normal(1e-6)) : null;
        positions = weight("pos_embed", Shape.of(1, count, width), Role.BIAS, Weight.NO_FILTERS, Initialiser.normal(DEVIATION));
        patches = child("patch_embed", new Patches(options));
        blocks = child("blocks", new Sequential(
                Stream.generate(() -> new EncoderBlock(width, options.heads, MLP * width)).limit(options.depth).toList()));
        norm = child("norm", new LayerNorm(width, EPSILON));
        head = child("head", linear(width, options.classes));
    }

    /** For colour images of up to 32x32; see {@link Options#of}. */
    public static VisionTransformer of(int width, int depth, int classes) {
        return new VisionTransformer(Options.of(width, depth, classes));
    }

    /** A linear layer of a transformer. */
    static Linear linear(int in, int out) {
        return new Linear(in, out).initialised(Initialiser.normal(DEVIATION), Initialiser.constant(0));
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        int n = x.shape().dim(0);
        Tensor y = patches.forward(x, pass);
        Tensor table = pass.at(positions);
        y = y.add(grid(table, y.shape())).reshape(n, -1, options.width);
        if (token != null) {
            Tensor first = pass.at(token).add(table.slice(1, 0, 1));
            y = Tensor.concat(1, first.broadcastTo(Shape.of(n, 1, options.width)), y);
        }
        y = norm.forward(blocks.forward(y, pass), pass);
        return head.forward(token == null ? y.mean(false, 1) : y.slice(1, 0, 1).reshape(n, options.width), pass);
    }

    /** The positions of patches {@code [n, rows, columns, width]}, {@code [rows, columns, width]}. */
    private Tensor grid(Tensor table, Shape patches) {
        int side = options.side();
        Tensor all = token == null ? table : table.slice(1, 1, 1 + side * side);
        return all.reshape(side, side, options.width).slice(0, 0, patches.dim(1)).slice(1, 0, patches.dim(2));
    }

    /** Images to patches: {@code [n, h, w, channels]} to {@code [n, h / patch, w / patch, width]}. */
    private static final class Patches extends Layer {
        private final Options options;
        private final Conv2d proj;

        Patches(Options options) {
            this.options = options;
            proj = child("proj", new Conv2d(options.channels, options.width, options.patch).stride(options.patch));
        }

        @Override
        protected Tensor compute(Tensor x, Pass pass) {
            Shape s = x.shape();
            if (s.rank() != 4 || !fits(s.dim(1)) || !fits(s.dim(2))) {
                throw new ShapeException(
                        "vit: images " + s + ", expected [n, h, w, " + options.channels + "] with sides that are multiples of "
                                + options.patch + " up to " + options.image);
            }
            return proj.forward(x, pass);
        }

        private boolean fits(int side) {
            return side > 0 && side <= options.image && side % options.patch == 0;
        }
    }
}
