package dev.steppe.core.op;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** Plain loops over indices, for oracles. */
final class Loops {
    private Loops() {
    }

    /** All indices of a shape, in row-major order. */
    static void each(Shape s, Consumer<int[]> body) {
        int[] index = new int[s.rank()];
        for (int i = 0; i < s.size(); i++) {
            for (int d = index.length - 1, rest = i; d >= 0; d--) {
                index[d] = rest % s.dim(d);
                rest /= s.dim(d);
            }
            body.accept(index);
        }
    }

    /** One number for each index. */
    static double[] of(Shape s, ToDoubleFunction<int[]> value) {
        double[] out = new double[s.size()];
        int[] i = {0};
        each(s, index -> out[i[0]++] = value.applyAsDouble(index));
        return out;
    }

    /** The element at an index; missing leading axes of t are ignored and axes of size 1 repeated. */
    static double at(Tensor t, int... index) {
        return t.get(flat(t.shape(), index));
    }

    static int flat(Shape s, int... index) {
        int flat = 0;
        for (int d = 0; d < s.rank(); d++) {
            int i = index[index.length - s.rank() + d];
            flat = flat * s.dim(d) + (s.dim(d) == 1 ? 0 : i);
        }
        return flat;
    }
}
