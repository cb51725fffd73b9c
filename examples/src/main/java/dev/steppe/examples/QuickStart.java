package dev.steppe.examples;

import dev.steppe.core.Batch;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Kernels;
import dev.steppe.nn.Layers;
import dev.steppe.nn.Sequential;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.StepReport;

/** Steppe in one page: a small network learns to tell two interleaved spirals apart, with sharpness-aware minimization. */
public final class QuickStart {
    private static final int POINTS = 400;

    private QuickStart() {
    }

    /** Trains for 600 steps and prints the accuracy. */
    public static void main(String[] args) {
        Batch spirals = spirals(RandomKey.of(1));
        Sequential model = Layers.mlp(2, 32, 32, 2);
        Objective objective = Objective.of(model::forward, Losses::crossEntropy);

        Optimizer sam = Sam.defaults().rho(0.05).over(Sgd.of(0.1).momentum(0.9)).minimise(objective, model.initialPoint(1));
        for (int step = 0; step <= 600; step++) {
            StepReport report = sam.step(spirals);
            if (step % 100 == 0) {
                System.out.printf("step %3d  loss %.4f  sharpness %.4f%n", step, report.loss(), report.sharpness());
            }
        }

        Tensor logits = new Evaluator(Kernels.defaults(), objective).evaluate(spirals, sam.evaluationPoint()).outputs();
        int right = 0;
        for (int i = 0; i < POINTS; i++) {
            right += (logits.get(2 * i + 1) > logits.get(2 * i) ? 1 : 0) == spirals.targets().get(i) ? 1 : 0;
        }
        System.out.printf("accuracy %.1f %%%n", 100.0 * right / POINTS);
    }

    /** Points on two arms of one and a half turns, a little noisy: inputs {@code [400, 2]}, targets {@code [400]}. */
    static Batch spirals(RandomKey key) {
        float[] xy = new float[2 * POINTS];
        int[] arm = new int[POINTS];
        for (int i = 0; i < POINTS; i++) {
            arm[i] = i % 2;
            double t = 0.1 + 0.9 * i / POINTS;
            double angle = 3 * Math.PI * t + Math.PI * arm[i];
            xy[2 * i] = (float) (2 * t * Math.cos(angle) + 0.05 * key.normal(2 * i));
            xy[2 * i + 1] = (float) (2 * t * Math.sin(angle) + 0.05 * key.normal(2 * i + 1));
        }
        return Batch.of(Tensor.of(Shape.of(POINTS, 2), xy), Tensor.of(Shape.of(POINTS), arm));
    }
}
