package dev.steppe.data;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Some examples of another dataset, as a view. */
final class Subset implements Dataset {
    private final Dataset base;
    private final int[] rows;

    /** @param rows indices into {@code base}; not copied */
    Subset(Dataset base, int[] rows) {
        if (rows.length == 0) {
            throw new IllegalArgumentException(base.name() + ": a part without examples");
        }
        for (int row : rows) {
            if (row < 0 || row >= base.size()) {
                throw new IndexOutOfBoundsException(base.name() + ": example " + row + " of " + base.size());
            }
        }
        this.base = base;
        this.rows = rows;
    }

    static Dataset first(Dataset base, int n) {
        if (n < 1) {
            throw new IllegalArgumentException(base.name() + ": take " + n + " examples, at least 1 expected");
        }
        if (n > base.size()) {
            throw new IndexOutOfBoundsException(base.name() + ": take " + n + " of " + base.size() + " examples");
        }
        return new Subset(base, IntStream.range(0, n).toArray());
    }

    static TrainTest split(Dataset base, double testFraction, long seed) {
        if (!(testFraction > 0 && testFraction < 1)) {
            throw new IllegalArgumentException(base.name() + ": test fraction " + testFraction + ", expected one between 0 and 1");
        }
        int[] counts = base.labelCounts();
        int[] missing = new int[counts.length];
        for (int c = 0; c < counts.length; c++) {
            missing[c] = (int) Math.round(counts[c] * testFraction);
        }
        boolean[] test = new boolean[base.size()];
        for (int i : RandomKey.of(seed).fold("split").permutation(base.size())) {
            test[i] = missing[base.label(i)]-- > 0;
        }
        return new TrainTest(base.subset(where(test, false)), base.subset(where(test, true)));
    }

    private static int[] where(boolean[] flags, boolean wanted) {
        return IntStream.range(0, flags.length).filter(i -> flags[i] == wanted).toArray();
    }

    @Override
    public String name() {
        return base.name();
    }

    @Override
    public int size() {
        return rows.length;
    }

    @Override
    public Shape inputShape() {
        return base.inputShape();
    }

    @Override
    public void copy(int i, float[] target, int offset) {
        base.copy(rows[i], target, offset);
    }

    @Override
    public int label(int i) {
        return base.label(rows[i]);
    }

    @Override
    public List<String> classNames() {
        return base.classNames();
    }

    @Override
    public int id(int i) {
        return base.id(rows[i]);
    }

    /** The hash of the whole and of the choice: cheap when that of the whole is known. */
    @Override
    public String sha256() {
        return new ContentHash().text(base.sha256()).words(rows).hex();
    }

    /** A subset of a subset is one of the whole: views do not pile up. */
    @Override
    public Dataset subset(int... chosen) {
        return new Subset(base, Arrays.stream(chosen).map(i -> rows[i]).toArray());
    }

    /** The name of the whole, and how much of it this is. */
    @Override
    public String toString() {
        return base.name() + ": " + size() + " of " + base.size() + " examples " + inputShape() + ", " + classCount() + " classes";
    }
}
