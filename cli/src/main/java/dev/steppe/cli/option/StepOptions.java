package dev.steppe.cli.option;

import dev.steppe.optim.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a step is taken, whatever the optimizer: words of {@link Options}.
 *
 * @param clipNorm largest norm of the gradient that the base optimizer gets; infinite: not clipped
 * @param microBatch at most so many images go through the model at once; 0: all
 * @param shard every so many images get a perturbation of their own; 0: all share one
 */
public record StepOptions(double clipNorm, int microBatch, int shard) {
    /** Whole batches, one perturbation, not clipped. */
    public static final StepOptions PLAIN = new StepOptions(Double.POSITIVE_INFINITY, 0, 0);

    /** @throws WrongOptionException if a number is out of its range */
    public StepOptions {
        Rules.require(clipNorm > 0, "--clip-norm", clipNorm, "greater than 0");
        Rules.require(microBatch >= 0, "--micro-batch", microBatch, "at least 0");
        Rules.require(shard >= 0, "--shard", shard, "at least 0");
    }

    /** Reads from a configuration; what is not there, as in those of older versions, is plain. */
    static StepOptions of(Map<String, Object> configuration) {
        return new StepOptions(Double.parseDouble((String) configuration.getOrDefault("clip-norm", "Infinity")),
                Integer.parseInt((String) configuration.getOrDefault("micro-batch", "0")),
                Integer.parseInt((String) configuration.getOrDefault("shard", "0")));
    }

    void addTo(Map<String, String> arguments) {
        arguments.put("--clip-norm", String.valueOf(clipNorm));
        arguments.put("--micro-batch", String.valueOf(microBatch));
        arguments.put("--shard", String.valueOf(shard));
    }

    /** Some options, with these among them. */
    public Options applyTo(Options options) {
        return options.clipNorm(clipNorm).microBatch(microBatch).shard(shard);
    }

    /** How many images of a batch are in memory at once. */
    public int atOnce(int batch) {
        int part = shard == 0 ? batch : Math.min(batch, shard);
        return microBatch == 0 ? part : Math.min(part, microBatch);
    }

    /** Empty if there is nothing to say. */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        if (clipNorm < Double.POSITIVE_INFINITY) {
            words.add("gradients clipped to norm " + clipNorm);
        }
        if (microBatch > 0) {
            words.add(String.format(Locale.ROOT, "at most %d images at once", microBatch));
        }
        if (shard > 0) {
            words.add(String.format(Locale.ROOT, "a perturbation for every %d images", shard));
        }
        return String.join(", ", words);
    }
}
