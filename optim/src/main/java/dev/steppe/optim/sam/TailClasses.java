package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.Origin;
import dev.steppe.optim.SamStep;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The examples of some classes.
 *
 * @param classes their ids
 */
public record TailClasses(@Origin("depends on the data") List<Integer> classes) implements Subset {
    /** The list is copied. */
    public TailClasses {
        classes = List.copyOf(classes);
    }

    /** No class. */
    public static TailClasses defaults() {
        return new TailClasses(List.of());
    }

    @Override
    public int[] rows(SamStep step) {
        Tensor labels = step.batch().targets();
        return IntStream.range(0, labels.size()).filter(i -> classes.contains((int) labels.get(i))).toArray();
    }
}
