package dev.steppe.cli.bench;

import dev.steppe.cli.option.Rules;
import dev.steppe.cli.report.Version;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Kernels;
import dev.steppe.nn.Layer;
import dev.steppe.nn.ModelCard;
import dev.steppe.nn.Predictor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code steppe bench predict}: how fast a trained model answers. */
@Command(
        name = "predict",
        sortOptions = false,
        showDefaultValues = true,
        descriptionHeading = "%n",
        description = {
            "Times calls of a predictor, from 32x32x3 images to probabilities.", "",
            "After a warm-up: how long a call with one image takes (the median, and the time that 95 and 99 of 100 calls do not",
            "exceed), and the batch that gives the most images per second.", ""})
final class BenchPredictCommand extends Measurement {
    private static final int LARGEST = 16384;

    @Mixin
    private BenchedModel model;

    @Option(names = "--calls", paramLabel = "N", defaultValue = "1000", description = "How many calls with one image are timed.")
    private int calls;
    @Option(
            names = "--batches",
            paramLabel = "N",
            split = ",",
            defaultValue = "8,32,128,256",
            description = "Images in a call, separated by commas: what is tried for throughput.")
    private int[] batches;
    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "9",
            description = "How many calls with each of these are timed; the median counts.")
    private int runs;

    @Override
    void check() {
        model.check();
        Rules.require(calls >= 1, "--calls", calls, "at least 1");
        Rules.require(runs >= 1, "--runs", runs, "at least 1");
        for (int n : batches) {
            Rules.require(n >= 1 && n <= LARGEST, "--batches", n, "between 1 and " + LARGEST);
        }
    }

    @Override
    void measure(Kernels kernels) {
        print(time(kernels.with(model.plans())));
    }

    private Map<String, Object> time(Kernels kernels) {
        Layer layers = model.layers();
        Predictor predictor = Predictor.of(kernels, layers, layers.initialPoint(0), card());
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("peer", Version.text());
        row.put("model", model.name);
        row.put("threads", kernels.workers().threads());
        row.put("plans", kernels.mode().name().toLowerCase(Locale.ROOT));
        double[] latency = Timing.sortedSeconds(call(predictor, 1), calls);
        row.put("medianMs", milliseconds(Timing.percentile(latency, 50)));
        row.put("p95Ms", milliseconds(Timing.percentile(latency, 95)));
        row.put("p99Ms", milliseconds(Timing.percentile(latency, 99)));
        int best = 0;
        double most = 0;
        for (int n : batches) {
            double rate = n / Timing.medianSeconds(call(predictor, n), runs);
            if (rate > most) {
                most = rate;
                best = n;
            }
        }
        row.put("bestBatch", best);
        row.put("imagesPerSecond", most);
        row.put("peakRssMiB", Memory.peakRssMiB());
        return row;
    }

    private ModelCard card() {
        return ModelCard.of(model.name, new float[BenchedModel.CHANNELS], new float[] {1, 1, 1},
                IntStream.range(0, BenchedModel.CLASSES).mapToObj(String::valueOf).toList());
    }

    private static Runnable call(Predictor predictor, int images) {
        Tensor batch = BenchedModel.images(images);
        return () -> predictor.probabilities(batch);
    }

    private static double milliseconds(double seconds) {
        return 1e3 * seconds;
    }
}
