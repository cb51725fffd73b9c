package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import java.util.Arrays;

/**
 * Tensors one after the other along an axis; their other sizes are equal.
 *
 * @param axis from 0
 */
public record Concat(int axis) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        if (in.length == 0) { throw new ShapeException(name() + ": 0 operands"); }
        long size = 0;
        for (TensorType t : in) {
            Shape first = in[0].shape();
            if (axis < 0 || axis >= first.rank() || t.dtype() != in[0].dtype() || t.shape().rank() != first.rank()
                    || !t.shape().with(axis, first.dim(axis)).equals(first)) {
                throw new ShapeException(name() + ": operands " + Arrays.toString(in) + " do not fit together along axis " + axis);
            }
            size += t.shape().dim(axis);
        }
        return Types.one(in[0].dtype(), in[0].shape().with(axis, Math.toIntExact(size)));
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        int[] strides = out[0].shape().strides();
        int at = 0;
        for (Tensor t : in) {
            if (t.size() > 0) {
                kernels.move().strided(t.shape().dims(), t.span(), 0, t.shape().strides(), out[0].span(), at * strides[axis], strides);
            }
            at += t.shape().dim(axis);
        }
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor[] gradients = new Tensor[op.inputs()];
        int at = 0;
        for (int i = 0; i < gradients.length; i++) {
            int size = op.input(i).shape().dim(axis);
            gradients[i] = op.needs(i) ? op.gradient(0).slice(axis, at, at + size) : null;
            at += size;
        }
        return gradients;
    }
}
