package dev.steppe.kernels;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** What follows from the shape of a convolution alone: worked out when a shape is first met, and kept. */
final class PerShape<T> {
    /** Shapes that are kept: more than a training meets, few enough for a program whose images have all sizes. */
    private static final int MOST = 256;

    private final Function<ConvShape, T> make;
    private final ConcurrentHashMap<ConvShape, T> known = new ConcurrentHashMap<>();

    /** @param make depends on nothing but the shape */
    PerShape(Function<ConvShape, T> make) {
        this.make = make;
    }

    T of(ConvShape shape) {
        T plan = known.get(shape);
        if (plan == null) {
            if (known.size() >= MOST) {
                known.clear();
            }
            plan = make.apply(shape);
            known.put(shape, plan);
        }
        return plan;
    }
}
