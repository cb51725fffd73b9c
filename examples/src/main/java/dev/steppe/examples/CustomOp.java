package dev.steppe.examples;

import dev.steppe.core.GradCheck;
import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Span;

/** An op of one's own, with the gradient check that shows it is right: softsign, {@code y = x / (1 + |x|)}. */
public final class CustomOp {
    /** Its derivative is {@code 1 / (1 + |x|)^2}, which is {@code (1 - |y|)^2}. */
    record Softsign() implements Op {
        @Override
        public TensorType[] infer(TensorType... in) {
            return in.clone();
        }

        @Override
        public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
            Span x = in[0].span();
            Span y = out[0].span();
            for (int i = 0; i < x.length(); i++) {
                y.set(i, x.get(i) / (1 + Math.abs(x.get(i))));
            }
        }

        /** In ops, so that it can be differentiated again. */
        @Override
        public Tensor[] backward(Application op) {
            return new Tensor[] {op.gradient(0).mul(op.output(0).abs().neg().plus(1).pow(2))};
        }
    }

    private CustomOp() {
    }

    /** Checks the op to second order, then uses it. */
    public static void main(String[] args) {
        Tensor sample = Tensor.of(Shape.of(2, 3), -2.5, -1.0, -0.3, 0.2, 1.4, 3.0);
        System.out.println(GradCheck.defaults().firstOrder(new Softsign(), sample).orThrow());
        System.out.println(GradCheck.defaults().secondOrder(new Softsign(), sample).orThrow());
        try (Tape tape = Tape.on(Kernels.defaults())) {
            Tensor x = tape.watch(sample);
            Tensor y = x.apply(new Softsign());
            System.out.println("y     " + y);
            System.out.println("dy/dx " + tape.gradients(y.sum(), x)[0]);
        }
    }
}
