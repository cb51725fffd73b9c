package dev.steppe.data;

import static dev.steppe.data.TestFiles.concat;
import static dev.steppe.data.TestFiles.cut;
import static dev.steppe.data.TestFiles.gzip;
import static dev.steppe.data.TestFiles.idxImages;
import static dev.steppe.data.TestFiles.idxLabels;
import static dev.steppe.data.TestFiles.jpeg;
import static dev.steppe.data.TestFiles.png;
import static dev.steppe.data.TestFiles.with;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.FormatException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Hostile input, one line each: what is wrong with the file, who reads it, and what the error must tell beside the name of the file. */
class HostileDataTest {
    private static final byte[] IMAGES = idxImages(4, 3, 2);
    private static final byte[] LABELS = idxLabels(0, 1, 2, 1);
    private static final byte[] RECORD = TestFiles.cifarRecord(10, 20, 30, 7);
    private static final byte[] RECORD_100 = TestFiles.cifarRecord(10, 20, 30, 3, 7);
    private static final byte[] PNG = png(6, 5);
    private static final byte[] JPEG = jpeg(16, 16);
    private static final byte[] GARBAGE = "garbage".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    /** Reads a file that has been written for it. */
    @FunctionalInterface
    private interface Reader {
        Object read(Path file) throws IOException;
    }

    private record Case(String name, Reader reader, byte[] content, String... told) {
    }

    private Object images(Path file) throws IOException {
        return Idx.read("x", file, TestFiles.write(folder.resolve("good-labels"), LABELS), List.of("a", "b", "c"));
    }

    private Object labels(Path file) throws IOException {
        return Idx.read("x", TestFiles.write(folder.resolve("good-images"), IMAGES), file, List.of("a", "b", "c"));
    }

    private Object cifar10(Path file) throws IOException {
        return Cifar10.read("x", file);
    }

    private Object cifar100(Path file) throws IOException {
        return Cifar100.read("x", file);
    }

    /** The file is one of two in a class; the other one is 6x5. */
    private Object picture(Path file) throws IOException {
        Path classes = folder.resolve("classes");
        TestFiles.write(classes.resolve("cat/a.png"), PNG);
        TestFiles.write(classes.resolve("cat/b.png"), PNG);
        Files.copy(file, classes.resolve("cat").resolve(file.getFileName() + ".png"));
        return ImageFolder.of(classes).split(0.4, 1).load();
    }

    private Object resizedPicture(Path file) throws IOException {
        Path classes = folder.resolve("classes");
        Files.createDirectories(classes.resolve("cat"));
        Files.copy(file, classes.resolve("cat").resolve(file.getFileName() + ".png"));
        return ImageFolder.of(classes).resize(4, 4).load();
    }

    private Stream<Case> cases() {
        return Stream.of(
                new Case("empty file", this::images, new byte[0], "at byte 0", "4 bytes expected", "0 found"),
                new Case("magic of labels", this::images, idxLabels(0, 1, 2, 1), "0x00000801", "0x00000803"),
                new Case("magic of doubles", this::images, with(IMAGES, 2, 0x0e), "0x00000e03", "0x00000803"),
                new Case("little-endian magic", this::images, with(with(IMAGES, 0, 3), 3, 0), "0x03000800", "0x00000803"),
                new Case("text", this::images, GARBAGE, "0x67617262"),
                new Case("header cut", this::images, cut(IMAGES, 13), "at byte 13", "the width", "4 bytes expected", "1 found"),
                new Case("last byte missing", this::images, cut(IMAGES, IMAGES.length - 1), "make 40 bytes", "has 39"),
                new Case("trailing byte", this::images, concat(IMAGES, new byte[1]), "make 40 bytes", "has 41"),
                new Case("4 GB claimed", this::images, claim(5_000_000, 28, 28), "5000000 images of 28x28", "3920000016 bytes", "has 40"),
                new Case("4 GB claimed in gzip", this::images, gzip(claim(5_000_000, 28, 28)), "3920000016 bytes", "at most"),
                new Case("negative count", this::images, claim(-1, 3, 2), "at byte 4", "4294967295 images", "2147483583"),
                new Case("no images", this::images, claim(0, 3, 2), "at byte 4", "0 images"),
                new Case("no height", this::images, claim(4, 0, 2), "at byte 8", "height 0", "32768"),
                new Case("overflowing sides", this::images, claim(4, 65_536, 65_536), "at byte 8", "height 65536", "32768"),
                new Case("label out of range", this::labels, with(LABELS, 10, 3), "at byte 10", "label 3", "3 classes"),
                new Case("fewer labels than images", this::labels, idxLabels(0, 1, 2), "3 labels", "4 images", "good-images"),
                new Case("more labels than images", this::labels, idxLabels(0, 1, 2, 0, 1), "5 labels", "4 images"),
                new Case("gzip cut", this::labels, cut(gzip(LABELS), 20), "at byte 20", "the file ends here"),
                new Case("gzip without trailer", this::labels, cut(gzip(LABELS), gzip(LABELS).length - 8), "the file ends here", "trailer"),
                new Case("gzip with garbage behind", this::labels, concat(gzip(LABELS), GARBAGE), "bytes follow",
                        "at byte " + gzip(LABELS).length),
                new Case("two gzip members", this::labels, concat(gzip(LABELS), gzip(LABELS)), "bytes follow"),
                new Case("gzip, wrong checksum", this::labels, with(gzip(LABELS), gzip(LABELS).length - 8, 0x55), "CRC-32"),
                new Case("gzip of one byte more", this::labels, gzip(concat(LABELS, new byte[1])), "at byte 12", "1 bytes more"),
                new Case("gzip, unknown method", this::labels, with(gzip(LABELS), 2, 7), "method 7", "8"),
                new Case("empty file", this::cifar10, new byte[0], "0 bytes", "multiple of 3073"),
                new Case("record cut", this::cifar10, cut(RECORD, 3072), "3072 bytes", "multiple of 3073"),
                new Case("trailing byte", this::cifar10, concat(RECORD, new byte[1]), "at byte 3073", "3074 bytes"),
                new Case("label out of range", this::cifar10, concat(RECORD, with(RECORD, 0, 10)), "at byte 3073", "label 10",
                        "10 classes"),
                new Case("CIFAR-100 as CIFAR-10", this::cifar10, RECORD_100, "3074 bytes", "3073"),
                new Case("fine label out of range", this::cifar100, with(RECORD_100, 1, 100), "at byte 1", "label 100", "100 classes"),
                new Case("coarse label out of range", this::cifar100, with(RECORD_100, 0, 20), "at byte 0", "label 20", "20 classes"),
                new Case("other size", this::picture, png(5, 6), "5x6", "6x5", "a.png"),
                new Case("GIF", this::picture, TestFiles.encode(TestFiles.picture(6, 5, BufferedImage.TYPE_INT_RGB), "gif"), "neither",
                        "PNG"),
                new Case("empty file", this::picture, new byte[0], "0 bytes", "PNG"),
                new Case("PNG cut", this::picture, cut(PNG, PNG.length - 5), "ends here", "PNG chunk"),
                new Case("PNG cut between chunks", this::picture, cut(PNG, PNG.length - 12), "ends here", "at byte " + (PNG.length - 12)),
                new Case("PNG with garbage behind", this::picture, concat(PNG, GARBAGE), "7 bytes after", "at byte " + PNG.length),
                new Case("PNG, flipped pixel", this::picture, TestFiles.flipped(PNG, 8 * 45), "CRC-32"),
                new Case("PNG without pixels", this::picture, concat(cut(PNG, 33), chunk("IEND")), "damaged"),
                new Case("PNG chunk of 2 GB", this::picture, with(PNG, 33, 0x7f), "at byte 33", "2130706"),
                new Case("PNG of 2 gigapixels", this::resizedPicture, pngHeader(40_000, 50_000), "40000x50000", "67108864"),
                new Case("PNG of no width", this::resizedPicture, pngHeader(5, 0), "5x0"),
                new Case("JPEG cut", this::resizedPicture, cut(JPEG, JPEG.length - 2), "ends here", "at byte " + (JPEG.length - 2)),
                new Case("JPEG, data missing in the middle", this::resizedPicture,
                        concat(cut(JPEG, JPEG.length - 40), cut(new byte[] {-1, -39}, 2)),
                        "damaged"),
                new Case("JPEG with garbage behind", this::resizedPicture, concat(JPEG, GARBAGE), "7 bytes after",
                        "at byte " + JPEG.length),
                new Case("JPEG without a frame", this::resizedPicture, new byte[] {-1, -40, -1, -39}, "without a frame"));
    }

    private static byte[] claim(int count, int height, int width) {
        return ByteBuffer.wrap(IMAGES.clone()).putInt(4, count).putInt(8, height).putInt(12, width).array();
    }

    private static byte[] chunk(String type, byte... data) {
        byte[] typed = concat(type.getBytes(StandardCharsets.US_ASCII), data);
        CRC32 crc = new CRC32();
        crc.update(typed);
        return concat(ByteBuffer.allocate(4).putInt(data.length).array(), typed,
                ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    private static byte[] pngHeader(int height, int width) {
        byte[] header = ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) 8).put((byte) 2).array();
        return concat(cut(PNG, 8), chunk("IHDR", header), chunk("IEND"));
    }

    @TestFactory
    Stream<DynamicTest> everyCaseIsRefusedByNameAndNumbers() {
        return cases().map(c -> DynamicTest.dynamicTest(c.name + " " + c.told[0], () -> {
            deleteClasses();
            Path file = TestFiles.write(folder.resolve("hostile"), c.content);
            FormatException e = assertThrows(FormatException.class, () -> c.reader.read(file));
            assertTrue(e.getMessage().contains("hostile"), e.getMessage());
            for (String told : c.told) {
                assertTrue(e.getMessage().contains(told), () -> "\"" + told + "\" is not in: " + e.getMessage());
            }
        }));
    }

    private void deleteClasses() throws IOException {
        Path cat = folder.resolve("classes/cat");
        if (Files.exists(cat)) {
            try (Stream<Path> files = Files.list(cat)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> everyMissingFileIsNamed() {
        Path none = folder.resolve("none");
        return Stream.of(
                DynamicTest.dynamicTest("IDX", () -> assertMissing(() -> Idx.read("x", none, none, List.of("a")), "none")),
                DynamicTest.dynamicTest("CIFAR-10", () -> assertMissing(() -> Cifar10.load(none), "data_batch_1.bin", "30730000 bytes")),
                DynamicTest.dynamicTest("CIFAR-100", () -> assertMissing(() -> Cifar100.load(none), "train.bin", "153700000 bytes")),
                DynamicTest.dynamicTest("image folder", () -> assertMissing(() -> ImageFolder.of(none).load(), "none")),
                DynamicTest.dynamicTest("Fashion-MNIST", () -> assertMissing(() -> FashionMnist.full(none), "train-images-idx3-ubyte.gz",
                        "dataset-fashion-mnist", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888")));
    }

    private static void assertMissing(org.junit.jupiter.api.function.Executable read, String... told) {
        NoSuchFileException e = assertThrows(NoSuchFileException.class, read);
        for (String t : told) {
            assertTrue(e.getMessage().contains(t), e.getMessage());
        }
    }
}
