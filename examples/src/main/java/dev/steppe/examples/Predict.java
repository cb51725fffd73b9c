package dev.steppe.examples;

import dev.steppe.core.Tensor;
import dev.steppe.data.Dataset;
import dev.steppe.data.FashionMnist;
import dev.steppe.nn.Predictor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;

/** Inference from a saved file, on all cores. Argument: a {@code model.safetensors}, for example of {@link TrainResNet} or {@code ./steppe train}. */
public final class Predict {
    private Predict() {
    }

    /** Shows some predictions, then the accuracy on the embedded test images. */
    public static void main(String[] args) throws IOException {
        Predictor predictor = Predictor.load(Path.of(args.length > 0 ? args[0] : "runs/example/model.safetensors"));
        Dataset test = FashionMnist.sample().test();
        for (int i = 0; i < 5; i++) {
            Predictor.Prediction best = predictor.top(image(test, i), 1).get(0);
            System.out.printf("image %d is a %-12s predicted %-12s with probability %.2f%n", i, test.classNames().get(test.label(i)),
                    best.name(), best.probability());
        }
        long right = IntStream.range(0, test.size()).parallel()
                .filter(i -> predictor.top(image(test, i), 1).get(0).id() == test.label(i)).count();
        System.out.printf("%d of %d right%n", right, test.size());
    }

    private static Tensor image(Dataset data, int i) {
        float[] pixels = new float[data.inputShape().size()];
        data.copy(i, pixels, 0);
        return Tensor.of(data.inputShape(), pixels);
    }
}
