package dev.steppe.nn;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;

/**
 * How PyTorch lays out a weight: where its last axis counts filters, {@code [.., in, out]} here is {@code [out, in, ..]} there (filters HWIO become OIHW, linear
 * weights [in, out] become [out, in]); every other weight is the same.
 */
final class PyTorchLayout {
    private PyTorchLayout() {
    }

    /** The shape of a weight there. */
    static Shape shape(Weight weight) {
        int[] from = axes(weight);
        int[] dims = new int[from.length];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = weight.shape().dim(from[i]);
        }
        return Shape.of(dims);
    }

    /** The numbers of a weight as they are there. */
    static Tensor write(Weight weight, Tensor numbers) {
        Tensor out = Tensor.zeros(numbers.dtype(), shape(weight));
        int[] places = places(weight);
        for (int i = 0; i < places.length; i++) {
            out.span().set(i, numbers.get(places[i]));
        }
        return out;
    }

    /** Copies numbers from there to a weight, converted to its type. */
    static void read(Tensor there, Weight weight, Tensor numbers) {
        int[] places = places(weight);
        for (int i = 0; i < places.length; i++) {
            numbers.span().set(places[i], there.get(i));
        }
    }

    /** Which axis of the weight is axis i there. */
    private static int[] axes(Weight weight) {
        int rank = weight.shape().rank();
        boolean turned = rank > 1 && weight.filterAxis() == rank - 1;
        int[] axes = new int[rank];
        for (int i = 0; i < rank; i++) {
            axes[i] = !turned ? i : i < 2 ? rank - 1 - i : i - 2;
        }
        return axes;
    }

    /** The place of every number here, in the order in which they are there. */
    private static int[] places(Weight weight) {
        int[] from = axes(weight);
        int[] dims = shape(weight).dims();
        int[] strides = weight.shape().strides();
        int[] places = new int[weight.shape().size()];
        int[] index = new int[dims.length];
        for (int i = 0, place = 0; i < places.length; i++) {
            places[i] = place;
            for (int d = dims.length - 1; d >= 0; d--) {
                place += strides[from[d]];
                if (++index[d] < dims[d]) {
                    break;
                }
                place -= dims[d] * strides[from[d]];
                index[d] = 0;
            }
        }
        return places;
    }
}
