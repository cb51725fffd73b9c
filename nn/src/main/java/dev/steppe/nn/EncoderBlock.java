package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;

/**
 * Attention and a network of two linear layers with GELU between them, each after a normalisation and beside a shortcut ("pre-norm"): Dosovitskiy et al. 2021,
 * equations 2 and 3. Names are timm's.
 */
final class EncoderBlock extends Layer {
    private final LayerNorm norm1;
    private final MultiHeadAttention attention;
    private final LayerNorm norm2;
    private final Mlp mlp;

    EncoderBlock(int width, int heads, int hidden) {
        norm1 = child("norm1", new LayerNorm(width, VisionTransformer.EPSILON));
        attention = child("attn", new MultiHeadAttention(width, heads));
        norm2 = child("norm2", new LayerNorm(width, VisionTransformer.EPSILON));
        mlp = child("mlp", new Mlp(width, hidden));
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        Tensor y = x.add(attention.forward(norm1.forward(x, pass), pass));
        return y.add(mlp.forward(norm2.forward(y, pass), pass));
    }

    /** The two linear layers. */
    private static final class Mlp extends Layer {
        private final Linear fc1;
        private final Linear fc2;

        Mlp(int width, int hidden) {
            fc1 = child("fc1", VisionTransformer.linear(width, hidden));
            fc2 = child("fc2", VisionTransformer.linear(hidden, width));
        }

        @Override
        protected Tensor compute(Tensor x, Pass pass) {
            return fc2.forward(fc1.forward(x, pass).gelu(), pass);
        }
    }
}
