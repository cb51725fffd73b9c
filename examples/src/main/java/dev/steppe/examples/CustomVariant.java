package dev.steppe.examples;

import dev.steppe.core.Batch;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;
import dev.steppe.nn.Layers;
import dev.steppe.nn.Sequential;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.Perturbation;
import dev.steppe.optim.SamStep;
import dev.steppe.optim.SamVariant;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.StepReport;

/** A sharpness-aware optimizer of one's own: the worst case within a box instead of a ball, {@code e = rho sign(g)}. */
public final class CustomVariant {
    /**
     * To first order the loss in the box {@code |e_i| <= rho} is largest in the corner that the signs of the gradient name.
     *
     * @param rho half the side of the box
     */
    record BoxSam(double rho) implements SamVariant {
        @Override
        public Perturbation perturbation(SamStep step) {
            Tensor sign = step.blank();
            step.kernels().elementwise().unary(Unary.SIGN, 0, 0, step.gradient().vector().span(), sign.span());
            return step.along(rho, sign);
        }
    }

    private CustomVariant() {
    }

    /** Fits the sine function with it. */
    public static void main(String[] args) {
        Batch sine = sine(RandomKey.of(7));
        Sequential model = Layers.mlp(1, 24, 24, 1);
        Objective objective = Objective.of((Tensor x, Pass pass) -> model.forward(x, pass).reshape(-1), Losses::squaredError);
        Optimizer box = new BoxSam(0.001).over(Sgd.of(0.02).momentum(0.9)).minimise(objective, model.initialPoint(1));
        for (int step = 0; step <= 400; step++) {
            StepReport r = box.step(sine);
            if (step % 100 == 0) {
                System.out.printf("step %3d  loss %.5f  |e| %.4f  sharpness %.5f%n", step, r.loss(), r.perturbationNorm(), r.sharpness());
            }
        }
    }

    private static Batch sine(RandomKey key) {
        float[] x = new float[128];
        float[] y = new float[128];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (6 * key.uniform(i) - 3);
            y[i] = (float) Math.sin(x[i]);
        }
        return Batch.of(Tensor.of(Shape.of(128, 1), x), Tensor.of(Shape.of(128), y));
    }
}
