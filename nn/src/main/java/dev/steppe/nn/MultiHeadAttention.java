package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;
import dev.steppe.core.op.MatMul;
import dev.steppe.kernels.ShapeException;

/**
 * Self-attention of tokens {@code x: [n, tokens, width]}, in several heads side by side: Vaswani et al.: Attention Is All You Need, NIPS 2017, section 3.2. In each
 * head {@code softmax(q k' / sqrt(width / heads)) v}; queries, keys and values come from one linear layer {@code qkv: width -> 3 width}, and the heads, one
 * beside the other, go through another one, {@code proj}. Names and order are timm's.
 */
public final class MultiHeadAttention extends Layer {
    private final int width;
    private final int heads;
    private final Linear qkv;
    private final Linear proj;

    /**
     * Weights start as those of a {@link VisionTransformer}.
     *
     * @param heads a divisor of the width
     */
    public MultiHeadAttention(int width, int heads) {
        Checks.positive("attention", "width", width);
        Checks.positive("attention", "heads", heads);
        Checks.that(width % heads == 0, "attention: " + heads + " heads do not divide a width of " + width);
        this.width = width;
        this.heads = heads;
        this.qkv = child("qkv", VisionTransformer.linear(width, 3 * width));
        this.proj = child("proj", VisionTransformer.linear(width, width));
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        if (x.shape().rank() != 3) { throw new ShapeException("attention: expected tokens [n, tokens, " + width + "], got " + x.shape()); }
        int n = x.shape().dim(0);
        int tokens = x.shape().dim(1);
        int size = width / heads;
        Tensor all = qkv.forward(x, pass).reshape(n, tokens, 3, heads, size).transpose(2, 0, 3, 1, 4);
        Tensor[] parts = new Tensor[3];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = all.slice(0, i, i + 1).reshape(n, heads, tokens, size);
        }
        Tensor scores = parts[0].times(1 / Math.sqrt(size)).apply(new MatMul(false, true), parts[1]);
        Tensor mixed = scores.softmax().matmul(parts[2]);
        return proj.forward(mixed.transpose(0, 2, 1, 3).reshape(n, tokens, width), pass);
    }
}
