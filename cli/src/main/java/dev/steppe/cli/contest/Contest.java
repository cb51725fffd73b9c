package dev.steppe.cli.contest;

import dev.steppe.cli.option.Method;
import dev.steppe.cli.option.TrainOptions;
import dev.steppe.cli.run.Flatness;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * What {@code steppe compare} is asked for.
 *
 * @param optimizers as {@code --optimizer} writes them, sweeps written out
 * @param base the base optimizer of variants; null for the default
 * @param seeds how many: 1, 2, ..
 * @param budget what every run may spend
 * @param like what all runs have in common; method, epochs and seed mean nothing
 * @param flatness what is looked at after each run; null for nothing
 */
public record Contest(List<String> optimizers, String base, int seeds, Budget budget, TrainOptions like, Flatness.Options flatness) {
    /**
     * What every run may spend.
     *
     * @param unit of the amount
     * @param amount epochs, passes over the training set (forward and backward, two in an epoch of SGD), or seconds
     */
    public record Budget(Unit unit, double amount) {
        /** What is counted. */
        public enum Unit {
            EPOCHS, PASSES, SECONDS
        }
    }

    /** One run of it. */
    public record Entry(String optimizer, Method method, long seed) {
        /** The name of its folder. */
        String folder() {
            return optimizer.replaceAll("[^A-Za-z0-9.=-]+", "_") + "-" + seed;
        }
    }

    Method method(String optimizer) {
        return Method.of(optimizer, base, Method.DEFAULT_BASE, null);
    }

    /** The runs, seed by seed: what can be compared early is there early. */
    public List<Entry> entries() {
        return LongStream.rangeClosed(1, seeds).boxed()
                .flatMap(seed -> optimizers.stream().map(optimizer -> new Entry(optimizer, method(optimizer), seed))).toList();
    }

    /** The options of a run of some epochs. */
    TrainOptions options(Entry entry, int epochs) {
        return new TrainOptions(like.data(), like.dataDir(), like.model(), entry.method(), epochs, like.batch(), like.steps(),
                like.schedule(),
                like.labelSmoothing(), like.labelNoise(), entry.seed(), like.plans(), like.threads());
    }

    /** What has to be the same when it goes on: all but the number of threads. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("optimizers", optimizers);
        map.put("base", base == null ? Method.DEFAULT_BASE : base);
        map.put("seeds", seeds);
        map.put("budget", budget.unit().name());
        map.put("amount", budget.amount());
        Map<String, Object> common = new LinkedHashMap<>(like.toConfiguration());
        List.of("optimizer", "base", "epochs", "seed", "threads").forEach(common::remove);
        map.put("runs", common);
        map.put("flatness", flatness == null ? null : flatness.toMap());
        return map;
    }
}
