package dev.steppe.cli.bench;

import dev.steppe.cli.option.Rules;
import dev.steppe.cli.report.Version;
import dev.steppe.core.Batch;
import dev.steppe.core.Evaluator;
import dev.steppe.core.HessianVector;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.Points;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Kernels;
import dev.steppe.nn.Layer;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code steppe bench hvp}: what curvature is made of; the same work and the same keys as the PyTorch program that it is compared with. */
@Command(
        name = "hvp",
        sortOptions = false,
        showDefaultValues = true,
        descriptionHeading = "%n",
        description = {
            "Times products of the Hessian of the loss with a vector, on synthetic 32x32x3 images of 10 classes.", "",
            "The median after a warm-up, in milliseconds. gradientMs: a gradient; hvpMs: a gradient that is recorded, and the",
            "backward pass through it; keptMs: that pass alone, the recorded gradient being kept, as for each product but the first of one batch.",
            ""})
final class BenchHvpCommand extends Measurement {
    @Mixin
    private BenchedModel model;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "512", description = "Images.")
    private int batch;
    @Option(names = "--runs", paramLabel = "N", defaultValue = "5", description = "How many of each are timed.")
    private int runs;
    @Option(
            names = "--bn",
            paramLabel = "MODE",
            defaultValue = "training",
            description = "What BatchNorm does: training (statistics of the batch, differentiated) or evaluation (running ones).")
    private String mode;

    @Override
    void check() {
        model.check();
        Rules.require(batch >= 1, "--batch", batch, "at least 1");
        Rules.require(runs >= 1, "--runs", runs, "at least 1");
        Rules.require(mode.equals("training") || mode.equals("evaluation"), "--bn", mode, "training or evaluation");
    }

    @Override
    void measure(Kernels kernels) {
        print(time(kernels.with(model.plans())));
    }

    private Map<String, Object> time(Kernels kernels) {
        Layer layers = model.layers();
        Parameters at = layers.initialPoint(0);
        Evaluator evaluator = new Evaluator(kernels, Objective.of(layers::forward, Losses::crossEntropy));
        Batch images = BenchedModel.batch(batch);
        Pass.Mode pass = mode.equals("training") ? Pass.Mode.TRAINING_FROZEN_STATISTICS : Pass.Mode.EVALUATION;
        RandomKey key = RandomKey.of(0);
        Tensor v = Tensor.of(at.point().shape(), numbers("v", at.point().size()));
        Tensor product = new Points(kernels).zeros(v);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("peer", Version.text());
        row.put("threads", kernels.workers().threads());
        row.put("kernel", "hvp");
        row.put("model", model.name);
        row.put("batch", batch);
        row.put("mode", mode);
        row.put("gradientMs", milliseconds(() -> evaluator.gradient(images, at, pass, key, product)));
        row.put("hvpMs", milliseconds(() -> HessianVector.product(evaluator, images, at, pass, key, v, product)));
        try (HessianVector hessian = HessianVector.at(evaluator, images, at, pass, key)) {
            row.put("keptMs", milliseconds(() -> hessian.times(v, product)));
        }
        row.put("peakRssMiB", Memory.peakRssMiB());
        return row;
    }

    private double milliseconds(Runnable work) {
        return 1e3 * Timing.medianSeconds(work, runs);
    }
}
