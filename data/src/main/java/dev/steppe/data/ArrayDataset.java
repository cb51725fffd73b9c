package dev.steppe.data;

import dev.steppe.core.Shape;
import dev.steppe.kernels.ShapeException;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** Rows of numbers in memory: tables, points, signals, images of more than 8 bits. */
public final class ArrayDataset implements Dataset {
    private final String name;
    private final Shape shape;
    private final float[][] rows;
    private final int[] labels;
    private final List<String> classNames;

    private ArrayDataset(String name, Shape shape, float[][] rows, int[] labels, List<String> classNames) {
        this.name = Objects.requireNonNull(name);
        this.shape = shape;
        this.rows = new float[rows.length][];
        this.labels = labels.clone();
        this.classNames = List.copyOf(classNames);
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != shape.size()) {
                throw new ShapeException(
                        name + ": row " + i + " has " + rows[i].length + " numbers, shape " + shape + " has " + shape.size());
            }
            this.rows[i] = rows[i].clone();
        }
        Labels.check(name, rows.length, labels, this.classNames);
    }

    /**
     * A dataset of the given rows; all arrays are copied.
     *
     * @param shape the shape of one row
     * @param rows the numbers of each example, row-major
     * @param labels the class of each row
     * @throws ShapeException if a row has not as many numbers as the shape
     * @throws IllegalArgumentException if there is no row, not one label per row, or a label that has no name
     */
    public static ArrayDataset of(String name, Shape shape, float[][] rows, int[] labels, List<String> classNames) {
        return new ArrayDataset(name, shape, rows, labels, classNames);
    }

    /**
     * The same for plain vectors, with classes named by their numbers.
     *
     * @throws ShapeException if the rows differ in length
     * @throws IllegalArgumentException if there is no row, not one label per row, or a negative label
     */
    public static ArrayDataset of(String name, float[][] rows, int... labels) {
        int features = rows.length == 0 ? 0 : rows[0].length;
        int classes = 1 + IntStream.of(labels).max().orElse(0);
        return of(name, Shape.of(features), rows, labels, IntStream.range(0, classes).mapToObj(String::valueOf).toList());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return rows.length;
    }

    @Override
    public Shape inputShape() {
        return shape;
    }

    @Override
    public void copy(int i, float[] target, int offset) {
        System.arraycopy(rows[i], 0, target, offset, rows[i].length);
    }

    @Override
    public int label(int i) {
        return labels[i];
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    /** The name, size, shape and number of classes. */
    @Override
    public String toString() {
        return name + ": " + size() + " rows " + shape + ", " + classCount() + " classes";
    }
}
