package dev.steppe.optim.sam;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.Origin;
import dev.steppe.optim.SamStep;
import java.util.stream.IntStream;

/**
 * The examples of classes that are rarer than a part of the mean, as counted over all batches so far. ImbSAM's authors count the data set: classes of fewer than 20
 * images; on line, and relative, this is the project's own.
 *
 * @param below part of the mean number of examples per class, at least 0
 */
public record RareClasses(
        @Origin("arXiv 2308.07815: fewer than 20 images, in CIFAR-100-LT of factor 100, which has 108 per class") double below)
        implements
            Subset {
    /** @throws OptionException if the number is out of its range */
    public RareClasses {
        OptionException.check(RareClasses.class, below);
    }

    /** Less than 0.18 of the mean. */
    public static RareClasses defaults() {
        return new RareClasses(0.18);
    }

    @Override
    public int[] rows(SamStep step) {
        Tensor labels = step.batch().targets();
        int[] ids = IntStream.range(0, labels.size()).map(i -> (int) labels.get(i)).toArray();
        Tensor counts = counted(step.table("classes"), ids);
        step.rememberTable("classes", counts);
        double total = 0;
        int seen = 0;
        for (int c = 0; c < counts.size(); c++) {
            total += counts.get(c);
            seen += counts.get(c) > 0 ? 1 : 0;
        }
        double limit = below * total / seen;
        return IntStream.range(0, ids.length).filter(i -> counts.get(ids[i]) < limit).toArray();
    }

    private static Tensor counted(Tensor before, int[] ids) {
        int old = before == null ? 0 : before.size();
        Tensor counts = Tensor.zeros(DType.F64, Shape.of(Math.max(old, IntStream.of(ids).max().orElse(0) + 1)));
        for (int c = 0; c < old; c++) {
            counts.span().set(c, before.get(c));
        }
        for (int id : ids) {
            counts.span().set(id, counts.get(id) + 1);
        }
        return counts;
    }
}
