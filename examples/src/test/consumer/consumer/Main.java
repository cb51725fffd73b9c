package consumer;

import dev.steppe.core.Batch;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Kernels;
import dev.steppe.nn.ResNet;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.base.Sgd;

/** What someone else's program looks like: a ResNet and a few steps of SAM on two kinds of picture, bright above or bright below. */
public final class Main {
    private static final int SIZE = 8;

    private Main() {
    }

    public static void main(String[] args) {
        System.out.println(Kernels.defaults().describe());
        var model = new ResNet(ResNet.Options.cifar(8, 2).channels(1));
        Optimizer sam = Sam.defaults().over(Sgd.of(0.05).momentum(0.9))
                .minimise(Objective.of(model::forward, Losses::crossEntropy), model.initialPoint(1));
        Batch batch = pictures(16);
        for (int i = 0; i < 4; i++) {
            System.out.println("loss " + sam.step(batch).loss());
        }
    }

    private static Batch pictures(int n) {
        float[] pixels = new float[n * SIZE * SIZE];
        int[] labels = new int[n];
        for (int i = 0; i < pixels.length; i++) {
            int row = i / SIZE % SIZE;
            int picture = i / (SIZE * SIZE);
            labels[picture] = picture % 2;
            boolean bright = row < SIZE / 2 == (picture % 2 == 0);
            pixels[i] = (bright ? 1 : -1) + 0.1f * ((i * 7919) % 11 - 5);
        }
        return Batch.of(Tensor.of(Shape.of(n, SIZE, SIZE, 1), pixels), Tensor.of(Shape.of(n), labels));
    }
}
