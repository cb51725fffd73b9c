package dev.steppe.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.FormatException;
import dev.steppe.core.Shape;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both CIFAR formats on small files, and the checks of the original set on files of its size. */
class CifarTest {
    private static final byte[] TWO = TestFiles.concat(TestFiles.cifarRecord(10, 20, 30, 7), TestFiles.cifarRecord(40, 50, 60, 2));

    @TempDir
    private Path folder;

    private Path file(String name, byte[] content) {
        return TestFiles.write(folder.resolve(name), content);
    }

    @Test
    void planesBecomePixels() throws IOException {
        Dataset data = Cifar10.read("part", file("a.bin", TWO), file("b.bin", TestFiles.cifarRecord(1, 2, 3, 9)));
        assertEquals(3, data.size());
        assertEquals(Shape.of(32, 32, 3), data.inputShape());
        assertEquals("cifar10/part", data.name());
        assertArrayEquals(new int[] {7, 2, 9}, new int[] {data.label(0), data.label(1), data.label(2)});
        float[] pixels = new float[3072];
        data.copy(1, pixels, 0);
        int pixel = (5 * 32 + 6) * 3;
        assertArrayEquals(new float[] {40 / 255f, 50 / 255f, 60 / 255f}, Arrays.copyOfRange(pixels, pixel, pixel + 3));
        int rowStart = 5 * 32 * 3;
        assertArrayEquals(new float[] {5 / 255f, 5 / 255f, 5 / 255f}, Arrays.copyOfRange(pixels, rowStart, rowStart + 3));
    }

    @Test
    void fineLabelsOfCifar100() throws IOException {
        Dataset data = Cifar100.read("part", file("a.bin", TestFiles.cifarRecord(1, 2, 3, 19, 99)));
        assertEquals(99, data.label(0));
        assertEquals("worm", data.classNames().get(99));
        assertEquals(100, data.classCount());
    }

    @Test
    void refusesEveryTruncation() {
        for (int n = 0; n < TWO.length; n++) {
            if (n != TWO.length / 2) {
                Path cut = file("cut.bin", TestFiles.cut(TWO, n));
                FormatException e = assertThrows(FormatException.class, () -> Cifar10.read("part", cut), "cut to " + n);
                assertTrue(e.getMessage().contains("cut.bin") && e.getMessage().contains(n + " bytes"), e.getMessage());
            }
        }
    }

    @Test
    void refusesEveryLabelOutOfRange() {
        for (int label = 10; label < 256; label++) {
            Path bad = file("bad.bin", TestFiles.with(TWO, 3073, label));
            FormatException e = assertThrows(FormatException.class, () -> Cifar10.read("part", bad));
            assertEquals(3073, e.offset());
        }
    }

    /** Files of the original size, each record of some class and black. */
    private void original(Path folder, String name, int labelBytes, int records, int classes) throws IOException {
        Files.createDirectories(folder);
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
            file.setLength((long) records * (labelBytes + 3072));
            for (int i = 0; i < records; i++) {
                file.seek((long) i * (labelBytes + 3072) + labelBytes - 1);
                file.write(i % classes);
            }
        }
    }

    @Test
    void theOriginalSetIsFoundAndItsClassesAreCounted() throws IOException {
        Path standard = folder.resolve("cifar-100-binary");
        original(standard, "train.bin", 2, 50_000, 100);
        original(standard, "test.bin", 2, 10_000, 100);
        TrainTest data = Cifar100.load(folder);
        assertEquals(50_000, data.train().size());
        assertEquals(10_000, Cifar100.load(standard).test().size());

        try (RandomAccessFile file = new RandomAccessFile(standard.resolve("test.bin").toFile(), "rw")) {
            file.seek(1);
            file.write(1);
        }
        FormatException e = assertThrows(FormatException.class, () -> Cifar100.load(folder));
        assertTrue(e.getMessage().contains("99 examples of class 0 (apple)"), e.getMessage());
    }

    @Test
    void theOriginalSetHasItsSizes() throws IOException {
        Path standard = folder.resolve("cifar-10-batches-bin");
        for (int i = 1; i <= 5; i++) {
            original(standard, "data_batch_" + i + ".bin", 1, i == 4 ? 9_999 : 10_000, 10);
        }
        FormatException e = assertThrows(FormatException.class, () -> Cifar10.load(folder));
        assertTrue(
                e.getMessage().contains("data_batch_4.bin") && e.getMessage().contains("30726927") && e.getMessage().contains("30730000"),
                e.getMessage());
    }
}
