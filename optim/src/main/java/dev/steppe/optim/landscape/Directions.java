package dev.steppe.optim.landscape;

import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Parameters;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Span;

/** Directions to look along. */
public final class Directions {
    private Directions() {
    }

    /**
     * Standard normal numbers in all parameters that are not frozen, 0 in the others: number i of the key is number i of the point, so the same key gives the
     * same bits whatever is frozen.
     */
    public static Tensor random(Parameters at, RandomKey key) {
        Tensor d = Tensor.zeros(at.point().dtype(), at.point().shape());
        for (Segment s : at.space().segments()) {
            if (!s.frozen()) {
                Span part = at.space().view(d, s).span();
                for (int i = 0; i < part.length(); i++) {
                    part.set(i, key.normal((long) s.offset() + i));
                }
            }
        }
        return d;
    }

    /** A random direction in some units: {@code scaling.apply(at, random(at, key))}. */
    public static Tensor random(Parameters at, RandomKey key, Scaling scaling) {
        return scaling.apply(at, random(at, key));
    }

    /**
     * From one point to another: {@code to - from}.
     *
     * @throws dev.steppe.kernels.ShapeException if they are not of one type
     */
    public static Tensor between(Parameters from, Tensor to) {
        Landscape.requireLike(from, "end", to);
        Tensor d = Tensor.zeros(to.dtype(), to.shape());
        for (int i = 0; i < d.size(); i++) {
            d.span().set(i, to.get(i) - from.point().get(i));
        }
        return d;
    }
}
