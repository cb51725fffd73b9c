package dev.steppe.cli.run;

import dev.steppe.cli.option.TrainOptions;
import dev.steppe.core.Batch;
import dev.steppe.core.FormatException;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.core.RandomKey;
import dev.steppe.data.Dataset;
import dev.steppe.data.Loader;
import dev.steppe.data.Normalise;
import dev.steppe.data.TrainTest;
import dev.steppe.kernels.DType;
import dev.steppe.nn.Layer;
import dev.steppe.nn.ModelCard;
import dev.steppe.nn.ModelFile;
import dev.steppe.nn.Models;
import dev.steppe.optim.StateException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a run of {@code steppe train} left, to be looked at.
 *
 * @param options of the run
 * @param model its layers
 * @param parameters what it learnt: {@code model.safetensors}
 * @param card what the model says of its data
 */
public record TrainedRun(Path folder, TrainOptions options, Layer model, Parameters parameters, ModelCard card) {
    private static final String MODEL = "model.safetensors";

    /**
     * Opens a run folder.
     *
     * @throws FormatException if a file of it is not what {@code steppe train} writes
     */
    public static TrainedRun open(Path folder) throws IOException {
        TrainOptions options = TrainOptions.in(folder);
        Path file = folder.resolve(MODEL);
        ModelFile saved = ModelFile.read(file);
        ModelCard card = saved.card().orElseThrow(() -> new FormatException(file.toString(), -1, "does not say which model it is"));
        try {
            Layer model = Models.named(card.model(), card.channels(), card.classes().size());
            return new TrainedRun(folder, options, model, saved.parameters(model, DType.F32), card);
        } catch (IllegalArgumentException e) {
            throw new FormatException(file.toString(), -1, "its model card cannot be: " + e.getMessage(), e);
        }
    }

    /** The loss that was trained. */
    Objective objective() {
        return Objective.of(model::forward, Losses.crossEntropy(Losses.Smoothing.of(options.labelSmoothing())));
    }

    /**
     * What was trained and tested on, wrong labels included.
     *
     * @throws StateException if the data are other ones now
     */
    TrainTest data() throws IOException {
        TrainTest data = TrainRun.data(options);
        Map<String, Object> then = TrainOptions.configuration(folder);
        requireSame("training", then.get(TrainRun.TRAINING_SHA256), data.train());
        requireSame("test", then.get(TrainRun.TEST_SHA256), data.test());
        return data;
    }

    private void requireSame(String set, Object then, Dataset now) {
        if (then != null && !then.equals(now.sha256())) {
            throw new StateException(folder + ": SHA-256 of the " + set + " set is " + then + " there, " + now.sha256() + " here");
        }
    }

    /**
     * Some examples as they are, without shifts and mirrors, normalised as in training.
     *
     * @param most how many; all of them if there are fewer
     * @param size examples per batch
     * @param key which ones
     */
    public List<Batch> batches(Dataset data, int most, int size, RandomKey key) {
        int[] rows = Arrays.copyOf(key.permutation(data.size()), Math.min(most, data.size()));
        Arrays.sort(rows);
        List<Batch> batches = new ArrayList<>();
        try (Loader loader = Loader.evaluation(data.subset(rows), Math.min(size, rows.length), normalise())) {
            for (Batch batch : loader) {
                batches.add(new Batch(batch.inputs().keep(), batch.targets().keep(), batch.ids().clone(), null));
            }
        }
        return batches;
    }

    private Normalise normalise() {
        return Normalise.of(floats(card.mean()), floats(card.deviation()));
    }

    private static float[] floats(List<Double> numbers) {
        float[] floats = new float[numbers.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = numbers.get(i).floatValue();
        }
        return floats;
    }
}
