package dev.steppe.examples;

import dev.steppe.core.Batch;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.RandomKey;
import dev.steppe.nn.Layers;
import dev.steppe.nn.Sequential;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.Recipe;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.curvature.Curvature;
import dev.steppe.optim.curvature.LossSurface;
import dev.steppe.optim.curvature.SpectralDensity;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.sharpness.AscentSharpness;
import dev.steppe.optim.sharpness.Normalisation;
import dev.steppe.optim.sharpness.WorstCaseSharpness;

/** How flat is it? Two minima of one small network, found by SGD and by SAM, and what the loss looks like around each. */
public final class FlatMinimum {
    private FlatMinimum() {
    }

    /** Trains twice for 600 steps and measures. */
    public static void main(String[] args) {
        Batch spirals = QuickStart.spirals(RandomKey.of(1));
        Sequential model = Layers.mlp(2, 32, 32, 2);
        Objective objective = Objective.of(model::forward, Losses::crossEntropy);
        Recipe sgd = Sgd.of(0.1).momentum(0.9);
        Recipe sam = Sam.defaults().rho(0.05).over(Sgd.of(0.1).momentum(0.9));
        for (Recipe recipe : new Recipe[] {sgd, sam}) {
            Optimizer optimizer = recipe.minimise(objective, model.initialPoint(1));
            for (int step = 0; step < 600; step++) {
                optimizer.step(spirals);
            }
            System.out.println(recipe == sgd ? "SGD" : "SAM");
            measure(LossSurface.of(objective, optimizer.evaluationPoint(), spirals));
        }
    }

    private static void measure(LossSurface surface) {
        Curvature curvature = Curvature.of(surface);
        var ends = curvature.eigenvalues(2, 1);
        System.out.printf("  largest eigenvalues %.3f and %.3f, smallest %.3f, residual %.1e%n", ends.top().value(),
                ends.largest().get(1).value(),
                ends.bottom().value(), ends.top().residual());
        var trace = curvature.trace();
        System.out.printf("  trace of the Hessian %.2f +- %.2f%n", trace.value(), trace.standardError());
        SpectralDensity density = curvature.density();
        System.out.printf("  eigenvalues below 1 %% of the largest: %.1f %%%n",
                100 * density.mean(t -> Math.abs(t) < 0.01 * ends.top().value() ? 1 : 0).mean());
        System.out.println("  " + AscentSharpness.of(0.05).of(surface));
        System.out.println("  " + WorstCaseSharpness.of(0.05).of(surface));
        System.out.println("  " + AscentSharpness.of(0.5).in(Normalisation.adaptive()).of(surface));
        System.out.println("  " + ends.provenance());
    }
}
