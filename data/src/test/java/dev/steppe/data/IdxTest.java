package dev.steppe.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.FormatException;
import dev.steppe.core.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the reader reads, and that no damage to a small file goes unnoticed: every truncation, every bit of a header, every bit of a packed file. */
class IdxTest {
    private static final List<String> CLASSES = List.of("a", "b", "c", "d", "e");
    private static final byte[] IMAGES = TestFiles.idxImages(5, 3, 2);
    private static final byte[] LABELS = TestFiles.idxLabels(4, 0, 3, 1, 2);

    private static final int HEADER = 10;

    @TempDir
    private Path folder;

    private Dataset read(byte[] images, byte[] labels) throws IOException {
        return Idx.read("small", TestFiles.write(folder.resolve("images"), images), TestFiles.write(folder.resolve("labels"), labels),
                CLASSES);
    }

    private static void assertIsWhole(Dataset data) {
        assertEquals(5, data.size());
        assertEquals(Shape.of(3, 2, 1), data.inputShape());
        float[] pixels = new float[30];
        int[] labels = new int[5];
        for (int i = 0; i < 5; i++) {
            data.copy(i, pixels, 6 * i);
            labels[i] = data.label(i);
        }
        for (int p = 0; p < 30; p++) {
            assertEquals(p / 255f, pixels[p]);
        }
        assertArrayEquals(new int[] {4, 0, 3, 1, 2}, labels);
    }

    private void assertRefused(String what, byte[] images, byte[] labels, String file) {
        FormatException e = assertThrows(FormatException.class, () -> read(images, labels), what);
        assertTrue(e.source().startsWith(folder.resolve(file).toString()), what + ": " + e.getMessage());
        assertTrue(e.getMessage().matches("(?s).*[0-9].*"), e.getMessage());
    }

    @Test
    void readsPlainAndPackedFiles() throws IOException {
        assertIsWhole(read(IMAGES, LABELS));
        assertIsWhole(read(TestFiles.gzip(IMAGES), LABELS));
        assertIsWhole(read(IMAGES, TestFiles.gzip(LABELS)));
    }

    @Test
    void refusesEveryTruncation() {
        for (int n = 0; n < IMAGES.length; n++) {
            assertRefused("images cut to " + n, TestFiles.cut(IMAGES, n), LABELS, "images");
        }
        for (int n = 0; n < LABELS.length; n++) {
            assertRefused("labels cut to " + n, IMAGES, TestFiles.cut(LABELS, n), "labels");
        }
    }

    @Test
    void refusesEveryFlippedBitOfTheHeaders() {
        for (int bit = 0; bit < 8 * 16; bit++) {
            assertRefused("images, bit " + bit, TestFiles.flipped(IMAGES, bit), LABELS, "images");
        }
        for (int bit = 0; bit < 8 * 8; bit++) {
            assertRefused("labels, bit " + bit, IMAGES, TestFiles.flipped(LABELS, bit), "labels");
        }
    }

    /** The same within gzip, where the checksum is right and the size of the file says little. */
    @Test
    void refusesDamageThatWasPacked() {
        for (int n = 0; n < IMAGES.length; n++) {
            assertRefused("images cut to " + n, TestFiles.gzip(TestFiles.cut(IMAGES, n)), LABELS, "images");
        }
        for (int bit = 0; bit < 8 * 16; bit++) {
            assertRefused("images, bit " + bit, TestFiles.gzip(TestFiles.flipped(IMAGES, bit)), LABELS, "images");
        }
        for (int bit = 0; bit < 8 * 8; bit++) {
            assertRefused("labels, bit " + bit, IMAGES, TestFiles.gzip(TestFiles.flipped(LABELS, bit)), "labels");
        }
    }

    @Test
    void refusesEveryTruncationOfPackedFiles() {
        byte[] packed = TestFiles.gzip(IMAGES);
        for (int n = 0; n < packed.length; n++) {
            assertRefused("packed images cut to " + n, TestFiles.cut(packed, n), LABELS, "images");
        }
    }

    /** Bits that mean nothing (time, system and hints in the header, the padding before the trailer) may be read over. No flip gives other data. */
    @Test
    void noFlippedBitOfAPackedFileGivesOtherData() throws IOException {
        byte[] packed = TestFiles.gzip(IMAGES);
        int accepted = 0;
        for (int bit = 0; bit < 8 * packed.length; bit++) {
            try {
                assertIsWhole(read(TestFiles.flipped(packed, bit), LABELS));
                accepted += bit < 8 * HEADER ? 1 : 0;
                assertTrue(bit < 8 * HEADER || bit / 8 == packed.length - 9, "bit " + bit + " of the packed data means nothing");
            } catch (FormatException e) {
                assertTrue(e.source().startsWith(folder.resolve("images").toString()), e.getMessage());
            }
        }
        // 4 bytes of time, 1 of hints, 1 of system, and the flag that says "text".
        assertEquals(6 * 8 + 1, accepted);
    }

    @Test
    void readsGzipHeadersWithAllFields() throws IOException {
        byte[] plain = TestFiles.gzip(IMAGES);
        byte[] header = TestFiles.with(TestFiles.cut(plain, 10), 3, 2 | 4 | 8 | 16);
        byte[] fields = {3, 0, 'x', 'y', 'z', 'n', 'a', 'm', 'e', 0, 'n', 'o', 't', 'e', 0, 1, 2};
        byte[] body = java.util.Arrays.copyOfRange(plain, 10, plain.length);
        assertIsWhole(read(TestFiles.concat(header, fields, body), LABELS));
        for (int n = 10; n < 10 + fields.length; n++) {
            assertRefused("cut to " + n, TestFiles.cut(TestFiles.concat(header, fields, body), n), LABELS, "images");
        }
    }
}
