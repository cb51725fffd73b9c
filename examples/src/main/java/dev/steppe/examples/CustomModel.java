package dev.steppe.examples;

import dev.steppe.core.Batch;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.nn.Conv2d;
import dev.steppe.nn.Initialiser;
import dev.steppe.nn.Layer;
import dev.steppe.nn.Linear;
import dev.steppe.nn.Summary;
import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.sam.Asam;
import dev.steppe.optim.Optimizer;

/** A model of one's own: plain Java in {@code compute}, with ready-made layers, a weight of its own, and a shortcut. */
public final class CustomModel {
    /** Two convolutions with a learned gate between what they find and what came in. Images {@code [n, h, w, 1]} to logits {@code [n, classes]}. */
    static final class GatedNet extends Layer {
        private final Conv2d conv1 = child("conv1", new Conv2d(1, 8, 3).padding(1));
        private final Conv2d conv2 = child("conv2", new Conv2d(8, 8, 3).padding(1));
        private final Weight gate = weight("gate", Shape.of(8), Role.WEIGHT, Weight.NO_FILTERS, Initialiser.constant(0));
        private final Linear head;

        GatedNet(int classes) {
            head = child("head", new Linear(8, classes));
        }

        @Override
        protected Tensor compute(Tensor x, Pass pass) {
            Tensor a = conv1.forward(x, pass).relu();
            Tensor b = conv2.forward(a, pass).relu();
            Tensor open = pass.at(gate).sigmoid();
            Tensor mixed = b.mul(open).add(a.mul(open.neg().plus(1)));
            return head.forward(mixed.globalAveragePool(), pass);
        }
    }

    private CustomModel() {
    }

    /** Prints what the model is made of, then teaches it to tell bright left halves from bright right ones. */
    public static void main(String[] args) {
        GatedNet model = new GatedNet(2);
        System.out.println(Summary.of(model, Shape.of(8, 8, 1)));
        Optimizer asam = Asam.defaults().over(AdamW.of(0.01))
                .minimise(Objective.of(model::forward, Losses::crossEntropy), model.initialPoint(3));
        Batch edges = edges(RandomKey.of(5));
        for (int step = 0; step <= 100; step++) {
            double loss = asam.step(edges).loss();
            if (step % 25 == 0) {
                System.out.printf("step %3d  loss %.4f%n", step, loss);
            }
        }
    }

    /** Noise with one bright vertical edge: rising (class 0) or falling (class 1) from left to right. */
    private static Batch edges(RandomKey key) {
        int n = 64;
        float[] pixels = new float[n * 64];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i % 2;
            int column = 1 + key.below(6, i);
            for (int p = 0; p < 64; p++) {
                boolean right = p % 8 > column;
                pixels[64 * i + p] = (float) ((right == (labels[i] == 0) ? 1 : 0) + 0.1 * key.normal(64L * i + p));
            }
        }
        return Batch.of(Tensor.of(Shape.of(n, 8, 8, 1), pixels), Tensor.of(Shape.of(n), labels));
    }
}
