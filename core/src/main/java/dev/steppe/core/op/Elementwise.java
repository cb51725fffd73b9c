package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Unary;

/** What the element-wise functions of one operand share: the result has its type and shape. */
interface Elementwise extends Op {
    /** The kernel's function. */
    Unary function();

    /** Its first constant. */
    default double p() {
        return 0;
    }

    /** Its second constant. */
    default double q() {
        return 0;
    }

    @Override
    default TensorType[] infer(TensorType... in) {
        Types.require(name(), 1, in);
        return in.clone();
    }

    @Override
    default void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.elementwise().unary(function(), p(), q(), in[0].span(), out[0].span());
    }
}
