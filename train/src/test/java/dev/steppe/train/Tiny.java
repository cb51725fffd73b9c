package dev.steppe.train;

import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.data.ArrayDataset;
import dev.steppe.data.Dataset;
import dev.steppe.data.HorizontalFlip;
import dev.steppe.data.Loader;
import dev.steppe.data.Normalise;
import dev.steppe.data.RandomCrop;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import dev.steppe.nn.BatchNorm2d;
import dev.steppe.nn.Conv2d;
import dev.steppe.nn.Dropout;
import dev.steppe.nn.Layer;
import dev.steppe.nn.Linear;
import dev.steppe.nn.ModelCard;
import dev.steppe.optim.OneCycleSchedule;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.Options;
import dev.steppe.optim.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** A problem of three classes of 6x6 images that a small network with everything in it (convolution, normalisation, dropout) learns in a second. */
final class Tiny implements AutoCloseable {
    static final int EPOCHS = 3;
    static final int BATCHES = 5;
    static final ModelCard CARD = new ModelCard("tiny", List.of(0.0), List.of(1.0), List.of("left", "right", "top"));

    private static final int BATCH = 12;
    private static final int SIDE = 6;

    final Workers workers;
    final Evaluator evaluator;
    final Optimizer optimizer;
    final Loader training;
    final Loader testing;

    /** A network with all that has state: running statistics, dropout masks. */
    private static final class Net extends Layer {
        private final Conv2d conv = child("conv", new Conv2d(1, 4, 3).padding(1).noBias());
        private final BatchNorm2d bn = child("bn", new BatchNorm2d(4));
        private final Dropout dropout = child("dropout", new Dropout(0.1));
        private final Linear fc = child("fc", new Linear(4 * SIDE * SIDE, 3));

        @Override
        protected Tensor compute(Tensor x, Pass pass) {
            Tensor y = dropout.forward(bn.forward(conv.forward(x, pass), pass).relu(), pass);
            return fc.forward(y.reshape(x.shape().dim(0), 4 * SIDE * SIDE), pass);
        }
    }

    Tiny(Recipe recipe, int threads) {
        this(recipe, threads, 1);
    }

    Tiny(Recipe recipe, int threads, long seed) {
        workers = Workers.of(threads);
        Kernels kernels = Kernels.on(workers);
        Net net = new Net();
        Objective objective = Objective.of(net::forward, Losses::crossEntropy);
        evaluator = new Evaluator(kernels, objective);
        Dataset data = data("tiny/train", BATCH * BATCHES + 5, 1);
        training = Loader.training(data, BATCH, seed, new RandomCrop(1), new HorizontalFlip(), Normalise.measure(data));
        testing = Loader.evaluation(data("tiny/test", 45, 2), 20, Normalise.measure(data));
        optimizer = recipe.minimise(objective, net.initialPoint(seed),
                Options.defaults().schedule(OneCycleSchedule.defaults(), EPOCHS * BATCHES).seed(seed).kernels(kernels));
    }

    /** Noise with a bright row on top, or a bright column on the left or (mirrored images being the same class) in the middle. */
    static Dataset data(String name, int n, long seed) {
        RandomKey key = RandomKey.of(seed);
        float[][] images = new float[n][SIDE * SIDE];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i % 3;
            for (int p = 0; p < SIDE * SIDE; p++) {
                int x = p % SIDE;
                boolean bright = labels[i] == 0 ? x == 0 || x == SIDE - 1 : labels[i] == 1 ? x == 2 || x == 3 : p < SIDE;
                images[i][p] = (float) (key.fold(i).uniform(p) * 0.8 + (bright ? 0.6 : 0));
            }
        }
        return ArrayDataset.of(name, Shape.of(SIDE, SIDE, 1), images, labels, CARD.classes());
    }

    Trainer trainer(int epochs) {
        return new Trainer(optimizer, training, epochs).test(evaluator, testing);
    }

    @Override
    public void close() {
        training.close();
        testing.close();
        workers.close();
    }

    static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
