package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;

/**
 * Cross-entropy of each example: logits and target weights {@code [n, classes]} give the losses {@code -sum over c of target logSoftmax(logits)},
 * {@code [n]}, and the softmax of the logits, {@code [n, classes]}. Both outputs are differentiable, in both operands.
 */
public record CrossEntropy() implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 2, in);
        Types.requireRank(name(), "logits", 2, in[0]);
        Softmax.requireClasses(name(), in[0]);
        Types.requireShape(name(), "target", in[0].shape(), in[1]);
        return new TensorType[] {new TensorType(in[0].dtype(), Shape.of(in[0].shape().dim(0))), in[0]};
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        Shape s = in[0].shape();
        kernels.softmax().crossEntropy(s.dim(0), s.dim(1), in[0].span(), in[1].span(), out[0].span(), out[1].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor target = op.input(1);
        Tensor probabilities = op.output(1);
        Tensor[] gradients = new Tensor[2];
        if (op.hasGradient(0)) {
            Tensor g = op.gradient(0).reshape(-1, 1);
            gradients[0] = op.needs(0) ? probabilities.mul(target.sum(true, -1)).sub(target).mul(g) : null;
            gradients[1] = op.needs(1) ? op.input(0).logSoftmax().mul(g).neg() : null;
        }
        if (op.needs(0) && op.hasGradient(1)) {
            Tensor through = probabilities.apply(new SoftmaxBackward(), op.gradient(1));
            gradients[0] = gradients[0] == null ? through : gradients[0].add(through);
        }
        return gradients;
    }
}
