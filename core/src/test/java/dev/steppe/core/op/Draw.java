package dev.steppe.core.op;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import java.util.Random;
import java.util.function.DoubleSupplier;

/** Random shapes and F64 numbers for samples, kept away from where functions have kinks or are ill-conditioned. */
final class Draw {
    private final Random random;

    Draw(long seed) {
        this.random = new Random(seed);
    }

    /** From low to high, both included. */
    int from(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    boolean coin() {
        return random.nextBoolean();
    }

    double between(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    /** One of these. */
    @SafeVarargs
    final <T> T of(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** Of min to max axes with sizes 1 to 5 and at most 24 elements; one in forty has an empty axis. */
    Shape shape(int min, int max) {
        int[] dims = new int[from(min, max)];
        int room = 24;
        for (int i = 0; i < dims.length; i++) {
            dims[i] = Math.min(room, of(1, 2, 2, 3, 4, 5));
            room /= dims[i];
        }
        if (dims.length > 0 && random.nextInt(40) == 0) {
            dims[random.nextInt(dims.length)] = 0;
        }
        return Shape.of(dims);
    }

    /** A shape that broadcasts to this one: some axes 1, some leading ones missing. */
    Shape broadcastable(Shape s) {
        int[] dims = s.dims();
        int skip = random.nextInt(3) == 0 ? from(0, dims.length) : 0;
        int[] d = new int[dims.length - skip];
        for (int i = 0; i < d.length; i++) {
            d[i] = random.nextInt(3) == 0 ? 1 : dims[skip + i];
        }
        return Shape.of(d);
    }

    /** Between -2 and 2. */
    Tensor numbers(Shape s) {
        return fill(s, () -> between(-2, 2));
    }

    Tensor numbers(int... dims) {
        return numbers(Shape.of(dims));
    }

    /** Between 1/2 and 2. */
    Tensor positive(Shape s) {
        return fill(s, () -> between(0.5, 2));
    }

    /** Of either sign, between 1/4 and 2 in absolute value. */
    Tensor nonZero(Shape s) {
        return fill(s, () -> (coin() ? 1 : -1) * between(0.25, 2));
    }

    /** Apart from each other by at least 0.02. */
    Tensor distinct(Shape s) {
        Tensor t = Tensor.zeros(DType.F64, s);
        for (int i = 0; i < t.size(); i++) {
            int j = random.nextInt(i + 1);
            t.span().set(i, t.span().get(j));
            t.span().set(j, i - t.size() / 2);
        }
        for (int i = 0; i < t.size(); i++) {
            t.span().set(i, t.get(i) * 0.04 + between(0, 0.02));
        }
        return t;
    }

    /** Odd multiples of 0.1 plus at most 0.02, if {@code odd}; else even ones: the two kinds are apart from each other. */
    Tensor lattice(Shape s, boolean odd) {
        return fill(s, () -> 0.2 * from(-5, 5) + (odd ? 0.1 : 0) + between(0, 0.02));
    }

    /** Ids from 0 to bound - 1. */
    Tensor ids(int count, int bound) {
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = random.nextInt(bound);
        }
        return Tensor.of(Shape.of(count), ids);
    }

    private static Tensor fill(Shape s, DoubleSupplier next) {
        Tensor t = Tensor.zeros(DType.F64, s);
        for (int i = 0; i < t.size(); i++) {
            t.span().set(i, next.getAsDouble());
        }
        return t;
    }
}
