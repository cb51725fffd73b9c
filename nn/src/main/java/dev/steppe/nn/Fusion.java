package dev.steppe.nn;

import java.util.function.Supplier;

/**
 * Whether layers that are built compute chains by fused ops: a convolution with the
 * normalisation after it, normalisation, addition of the shortcut and ReLU in one pass over memory. They do; models built
 * {@linkplain #off within} do not, and compute the same numbers up to rounding by more passes, for comparison.
 */
public final class Fusion {
    private static final ScopedValue<Boolean> OFF = ScopedValue.newInstance();

    private Fusion() {
    }

    /** What {@code build} makes, with unfused ops: {@code Fusion.off(() -> ResNet.cifar(20, 10))}. */
    public static <T> T off(Supplier<T> build) {
        return ScopedValue.where(OFF, true).call(build::get);
    }

    static boolean isOn() {
        return !OFF.isBound();
    }
}
