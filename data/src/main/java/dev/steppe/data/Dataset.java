package dev.steppe.data;

import dev.steppe.core.Shape;
import java.util.List;

/**
 * Labelled examples, numbered from 0: what a {@link Loader} reads. A dataset never changes and may be read by several threads at once.
 *
 * <p>{@link ImageDataset} holds images, {@link ArrayDataset} rows of numbers, and whatever else can copy an example into an array of floats is a
 * dataset, too. A part of a dataset ({@link #subset}, {@link #take}, {@link #split}) is a view that keeps the ids of its examples.
 */
public interface Dataset {
    /** A name for people, such as {@code fashion-mnist/train}. */
    String name();

    /** How many examples there are, at least 1. */
    int size();

    /** The shape of one example: {@code [H, W, C]} for images, {@code [features]} for rows. */
    Shape inputShape();

    /**
     * Copies example {@code i} to {@code target}, row-major from {@code offset} on. Images come as numbers from 0 to 1.
     *
     * @throws IndexOutOfBoundsException if there is no such example, or it does not fit
     */
    void copy(int i, float[] target, int offset);

    /**
     * The class of example {@code i}, from 0 to {@code classCount() - 1}.
     *
     * @throws IndexOutOfBoundsException if there is no such example
     */
    int label(int i);

    /** The names of the classes; a label is an index into them. */
    List<String> classNames();

    /** The number by which example {@code i} is known for good: its index in the dataset that was loaded, whatever part of it this is. */
    default int id(int i) {
        return i;
    }

    /** Number of classes. */
    default int classCount() {
        return classNames().size();
    }

    /** How many examples each class has. */
    default int[] labelCounts() {
        int[] counts = new int[classCount()];
        for (int i = 0; i < size(); i++) {
            counts[label(i)]++;
        }
        return counts;
    }

    /** SHA-256 of the content (shape, labels and numbers; not the name) in hexadecimal: two runs with equal hashes saw the same data. */
    default String sha256() {
        return ContentHash.of(this);
    }

    /**
     * The given examples in the given order.
     *
     * @throws IndexOutOfBoundsException if there is no such example
     * @throws IllegalArgumentException if there are none
     */
    default Dataset subset(int... rows) {
        return new Subset(this, rows.clone());
    }

    /**
     * The first {@code n} examples.
     *
     * @throws IndexOutOfBoundsException if there are not so many
     * @throws IllegalArgumentException if {@code n < 1}
     */
    default Dataset take(int n) {
        return Subset.first(this, n);
    }

    /**
     * Two parts without a common example. Of each class with n examples, {@code round(n * testFraction)} chosen by {@code seed} are for testing;
     * both parts keep the order of this dataset.
     *
     * @throws IllegalArgumentException if the fraction is not between 0 and 1, or leaves a part empty
     */
    default TrainTest split(double testFraction, long seed) {
        return Subset.split(this, testFraction, seed);
    }
}
