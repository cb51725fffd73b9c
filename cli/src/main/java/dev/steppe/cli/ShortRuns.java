package dev.steppe.cli;

import dev.steppe.optim.SamVariants;
import java.util.List;
import java.util.Map;

/** How variants are tried in runs of 234 steps (3 epochs of 78): with their defaults but for delays and windows, which papers choose for runs of 100 times as many. */
final class ShortRuns {
    /** By name: options that differ from the default, and why. */
    private static final Map<String, List<Trials.Trial>> OTHERWISE = Map.of("sparsesam",
            List.of(new Trials.Trial("sparsesam", "sparsesam:mask=fishermask(every=78)",
                    "the mask is made anew each epoch; by default every 1950 steps, of which the run has 234")));

    private ShortRuns() {
    }

    static List<Trials.Trial> of(SamVariants.Entry entry) {
        return OTHERWISE.getOrDefault(entry.name(), List.of(new Trials.Trial(entry.name(), entry.name(), "")));
    }
}
