package dev.steppe.core.op;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Binary;
import dev.steppe.kernels.Kernels;

/** What the element-wise ops of two operands share: NumPy's broadcasting rule. */
final class Broadcasts {
    private Broadcasts() {
    }

    static TensorType[] infer(String name, TensorType... in) {
        Types.require(name, 2, in);
        return Types.one(in[0].dtype(), Shape.broadcast(name, in[0].shape(), in[1].shape()));
    }

    static void forward(Kernels kernels, Binary f, Tensor[] in, Tensor[] out) {
        Shape shape = out[0].shape();
        if (in[0].shape().equals(shape) && in[1].shape().equals(shape)) {
            kernels.elementwise().binary(f, in[0].span(), in[1].span(), out[0].span());
        } else {
            kernels.elementwise().broadcast(f, shape.dims(), in[0].span(), in[0].shape().stridesWithin(shape), in[1].span(),
                    in[1].shape().stridesWithin(shape), out[0].span());
        }
    }
}
