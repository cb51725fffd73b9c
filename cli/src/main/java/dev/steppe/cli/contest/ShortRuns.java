package dev.steppe.cli.contest;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** How methods are tried in runs of 234 steps (3 epochs of 78): with their defaults but for what papers choose for runs of 100 times as many, or for another base. */
final class ShortRuns {
    private static final Map<String, Trials.Trial> OTHERWISE = List.of(
            new Trials.Trial("sparsesam", "sparsesam:mask=fishermask(every=78)",
                    "the mask is made anew each epoch; by default every 1950 steps, more than the run has"),
            new Trials.Trial("looksam", "looksam:alpha=0.3",
                    "with 0.7 it stops at 56.25 % here; 0.3 is what users of the method report to work for ResNet-18"),
            new Trials.Trial("aelooksam", "aelooksam:alpha=0.3",
                    "with 0.7 it stops at 67.7 % here; 0.3 is what users of LookSAM report to work for ResNet-18"),
            new Trials.Trial("eigensam", "eigensam:eigenvector=poweriteration(every=20)",
                    "the eigenvector is estimated every 20 steps; by default every 100, which is rarely in a run of 234"),
            new Trials.Trial("imbsam", "imbsam:tail=tailclasses(classes=9)",
                    "the sample is balanced: class 9 is taken for the rare one"),
            new Trials.Trial("lorenza", "lorenza:every=78", "sgd:learningRate=0.03",
                    "meant for plain SGD; with 0.003, the learning rate of Adam, 234 steps lead to 55.6 %; Q is made anew each epoch, by default every 200 steps"),
            new Trials.Trial("bayesiansam", "bayesiansam:examples=40000", "sgd:learningRate=0.5",
                    "meant for plain SGD, with the official code's learning rate; N is 4 times the 10,000 images, as there 4 times 50,000"),
            new Trials.Trial("sam+saf", "sgd+saf:delay=1,start=0",
                    "instead of SAM; compared with the epoch before from the second epoch on, by default with 3 epochs ago from the sixth on"),
            new Trials.Trial("sam+mesa", "sgd+mesa", "instead of SAM"))
            .stream().collect(Collectors.toUnmodifiableMap(Trials.Trial::name, Function.identity()));

    private ShortRuns() {
    }

    /** @param name of a method, or of SAM and an addition: {@code sam+swa} */
    static Trials.Trial of(String name) {
        return OTHERWISE.getOrDefault(name, new Trials.Trial(name, name, ""));
    }
}
