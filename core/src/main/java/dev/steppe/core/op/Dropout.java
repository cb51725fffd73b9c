package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Span;

/**
 * Zero with a probability, {@code x / (1 - probability)} otherwise (Srivastava et al. 2014, JMLR 15, in the inverted form that PyTorch uses). Element i is
 * dropped if the key's uniform number i is below the probability: the mask is never stored, and this op is its own adjoint.
 *
 * @param key of the mask
 * @param probability of zero, in [0, 1)
 */
public record Dropout(RandomKey key, double probability) implements Op {
    /** A tile is what is worth handing to a thread. */
    private static final int TILE = 1 << 14;

    /** @throws ShapeException if the probability is not in [0, 1) */
    public Dropout {
        if (!(probability >= 0 && probability < 1)) {
            throw new ShapeException("dropout: probability " + probability + " is not in [0, 1)");
        }
    }

    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 1, in);
        return in.clone();
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        Span x = in[0].span();
        Span y = out[0].span();
        double scale = 1 / (1 - probability);
        kernels.workers().run(Math.ceilDiv(y.length(), TILE), tile -> {
            int end = (int) Math.min(y.length(), (tile + 1L) * TILE);
            for (int i = tile * TILE; i < end; i++) {
                y.set(i, key.uniform(i) < probability ? 0 : x.get(i) * scale);
            }
        });
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).apply(this)};
    }
}
