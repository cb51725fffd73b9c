package dev.steppe.examples;

import dev.steppe.core.Batch;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.nn.Layers;
import dev.steppe.nn.Sequential;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.SamVariants;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.StepReport;

/**
 * A variant of one's own, {@link BoxSam}, from Java and by its name. That the catalogue and the command line know it takes one line in
 * {@code META-INF/services/dev.steppe.optim.SamVariant} (and one in the module's declaration); {@code STEPPE_CLASSPATH=examples/target/classes ./steppe optimizers}
 * lists it then, and {@code ./steppe train --optimizer boxsam:rho=0.002} trains with it. The tests that run over the catalogue run over it too:
 * {@code mvn test -pl optim -am -Dtest='CatalogueTest,PassesTest,AtomicStepTest,StateTest,EdgeTest,CostTest' -Dsurefire.failIfNoSpecifiedTests=false
 * -Dmaven.test.additionalClasspath=$PWD/examples/target/classes}.
 */
public final class CustomVariant {
    private CustomVariant() {
    }

    /** Fits the sine function with it. */
    public static void main(String[] args) {
        Batch sine = sine(RandomKey.of(7));
        Sequential model = Layers.mlp(1, 24, 24, 1);
        Objective objective = Objective.of((Tensor x, Pass pass) -> model.forward(x, pass).reshape(-1), Losses::squaredError);
        Optimizer box = SamVariants.parse("boxsam:rho=0.001").over(Sgd.of(0.02).momentum(0.9)).minimise(objective, model.initialPoint(1));
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
