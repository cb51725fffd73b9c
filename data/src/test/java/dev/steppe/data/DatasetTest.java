package dev.steppe.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Shape;
import dev.steppe.kernels.ShapeException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Datasets in memory and views of them. */
class DatasetTest {
    private static final List<String> NAMES = List.of("x", "y", "z");

    /** Row i is (i, i + 0.5); classes in turn. */
    private static ArrayDataset rows(int n, int classes) {
        float[][] rows = new float[n][];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            rows[i] = new float[] {i, i + 0.5f};
            labels[i] = i % classes;
        }
        return ArrayDataset.of("rows", rows, labels);
    }

    private static ImageDataset images(byte[]... images) {
        return ImageDataset.of("images", Shape.of(1, 2, 1), images, new int[images.length], NAMES);
    }

    private static int[] ids(Dataset data) {
        return IntStream.range(0, data.size()).map(data::id).toArray();
    }

    @Test
    void bytesBecomeFractionsOf255() {
        float[] out = {-1, -1, -1, -1};
        images(new byte[] {0, 51}, new byte[] {(byte) 255, (byte) 128}).copy(1, out, 1);
        assertArrayEquals(new float[] {-1, 1, 128 / 255f, -1}, out);
    }

    @Test
    void datasetsDoNotChange() {
        byte[][] images = {{1, 2}};
        int[] labels = {1};
        ImageDataset data = ImageDataset.of("d", Shape.of(1, 2, 1), images, labels, NAMES);
        float[][] rows = {{1, 2}};
        ArrayDataset array = ArrayDataset.of("a", Shape.of(2), rows, labels, NAMES);
        int[] chosen = {0};
        Dataset part = array.subset(chosen);
        images[0][0] = 9;
        rows[0][0] = 9;
        labels[0] = 2;
        chosen[0] = 7;
        float[] out = new float[2];
        data.copy(0, out, 0);
        assertEquals(1 / 255f, out[0]);
        array.copy(0, out, 0);
        assertEquals(1f, out[0]);
        assertEquals(1, data.label(0) * array.label(0));
        assertEquals(0, part.id(0));
    }

    @Test
    void viewsKeepIds() {
        Dataset data = rows(10, 2).subset(7, 3, 3, 9);
        assertArrayEquals(new int[] {7, 3, 3, 9}, ids(data));
        assertArrayEquals(new int[] {3, 9}, ids(data.subset(2, 3)));
        assertArrayEquals(new int[] {7, 3}, ids(data.take(2)));
        float[] out = new float[2];
        data.subset(3).copy(0, out, 0);
        assertArrayEquals(new float[] {9, 9.5f}, out);
        assertArrayEquals(new int[] {0, 4}, data.labelCounts());
    }

    @Property
    void splitTakesItsPartOfEachClass(@ForAll @IntRange(min = 8, max = 60) int n, @ForAll @IntRange(min = 1, max = 4) int classes,
            @ForAll @DoubleRange(min = 0.3, max = 0.7) double fraction, @ForAll long seed) {
        Dataset data = rows(n, classes);
        TrainTest parts = data.split(fraction, seed);
        Set<Integer> seen = new HashSet<>();
        for (int id : concat(ids(parts.train()), ids(parts.test()))) {
            assertTrue(seen.add(id));
        }
        assertEquals(n, seen.size());
        for (int c = 0; c < classes; c++) {
            assertEquals(Math.round(data.labelCounts()[c] * fraction), parts.test().labelCounts()[c]);
        }
        assertArrayEquals(sorted(ids(parts.train())), ids(parts.train()));
        assertArrayEquals(ids(parts.test()), ids(data.split(fraction, seed).test()));
    }

    @Test
    void splitsDifferBySeed() {
        Dataset data = rows(100, 2);
        assertNotEquals(Arrays.toString(ids(data.split(0.5, 1).test())), Arrays.toString(ids(data.split(0.5, 2).test())));
    }

    private static int[] concat(int[] a, int[] b) {
        return IntStream.concat(IntStream.of(a), IntStream.of(b)).toArray();
    }

    private static int[] sorted(int[] a) {
        return IntStream.of(a).sorted().toArray();
    }

    @Test
    void hashesTellContentsApart() {
        byte[][] same = {{1, 2}, {3, 4}};
        String hash = images(same).sha256();
        assertEquals(64, hash.length());
        assertEquals(hash, images(same.clone()).sha256());
        Set<String> hashes = new HashSet<>(List.of(hash, images(new byte[] {1, 2}, new byte[] {3, 5}).sha256(),
                ImageDataset.of("i", Shape.of(2, 1, 1), same, new int[2], NAMES).sha256(),
                ImageDataset.of("i", Shape.of(1, 2, 1), same, new int[] {0, 1}, NAMES).sha256(), rows(4, 2).sha256(), rows(5, 2).sha256(),
                rows(4, 3).sha256(), rows(4, 2).take(2).sha256(), rows(4, 2).subset(1, 0).sha256()));
        assertEquals(9, hashes.size());
        assertEquals(rows(4, 2).sha256(), rows(4, 2).sha256());
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertMessage("row 1 has 1 numbers, shape [2] has 2", ShapeException.class,
                () -> ArrayDataset.of("d", new float[][] {{1, 2}, {3}}, 0, 1));
        assertMessage("image 0 has 2 bytes, shape [2,2,1] has 4", ShapeException.class,
                () -> ImageDataset.of("d", Shape.of(2, 2, 1), new byte[][] {{1, 2}}, new int[1], NAMES));
        assertMessage("[H, W, C], given [2]", ShapeException.class,
                () -> ImageDataset.of("d", Shape.of(2), new byte[][] {{1, 2}}, new int[1], NAMES));
        assertMessage("1 examples, 2 labels", IllegalArgumentException.class, () -> ArrayDataset.of("d", new float[][] {{1}}, 0, 1));
        assertMessage("example 1 has label 3, there are 3 classes", IllegalArgumentException.class,
                () -> ArrayDataset.of("d", Shape.of(1), new float[2][1], new int[] {2, 3}, NAMES));
        assertMessage("label -1", IllegalArgumentException.class, () -> ArrayDataset.of("d", new float[2][1], 0, -1));
        assertMessage("no examples", IllegalArgumentException.class, () -> ArrayDataset.of("d", new float[0][]));
        assertMessage("example 4 of 4", IndexOutOfBoundsException.class, () -> rows(4, 2).subset(1, 4));
        assertMessage("without examples", IllegalArgumentException.class, () -> rows(4, 2).subset());
        assertMessage("take 5 of 4", IndexOutOfBoundsException.class, () -> rows(4, 2).take(5));
        assertMessage("take 0", IllegalArgumentException.class, () -> rows(4, 2).take(0));
        assertMessage("fraction 1.0", IllegalArgumentException.class, () -> rows(4, 2).split(1, 0));
        assertMessage("fraction NaN", IllegalArgumentException.class, () -> rows(4, 2).split(Double.NaN, 0));
        assertMessage("without examples", IllegalArgumentException.class, () -> rows(4, 4).split(0.1, 0));
        assertMessage("4 examples of shape [2] in 2 classes against rows has 4 examples of shape [2] in 4 classes",
                IllegalArgumentException.class, () -> new TrainTest(rows(4, 2), rows(4, 4)));
        assertThrows(IndexOutOfBoundsException.class, () -> images(new byte[2]).copy(0, new float[2], 1));
        assertThrows(IndexOutOfBoundsException.class, () -> images(new byte[2]).label(1));
    }

    private static void assertMessage(String part, Class<? extends Exception> type, org.junit.jupiter.api.function.Executable call) {
        Exception e = assertThrows(type, call);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
