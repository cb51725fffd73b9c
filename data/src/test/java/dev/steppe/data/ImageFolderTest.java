package dev.steppe.data;

import static dev.steppe.data.TestFiles.picture;
import static dev.steppe.data.TestFiles.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.FormatException;
import dev.steppe.core.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of images: layout, colours, sizes, and damage to every byte and bit of small files. */
class ImageFolderTest {
    @TempDir
    private Path folder;

    private static float[] pixels(Dataset data, int i) {
        float[] values = new float[data.inputShape().size()];
        data.copy(i, values, 0);
        return values;
    }

    private void image(String path, BufferedImage image) {
        write(folder.resolve(path), TestFiles.encode(image, path.endsWith(".png") ? "png" : "jpeg"));
    }

    /** An image of one grey level. */
    private static BufferedImage level(int level, int height, int width) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.getRaster().setSample(x, y, 0, level);
            }
        }
        return image;
    }

    @Test
    void trainAndTestFoldersAreReadInTheOrderOfNames() throws IOException {
        image("train/dog/2.png", level(20, 2, 2));
        image("train/dog/10.png", level(10, 2, 2));
        image("train/cat/a.png", level(30, 2, 2));
        image("test/dog/x.png", level(40, 2, 2));
        write(folder.resolve("train/.DS_Store"), new byte[3]);
        write(folder.resolve("train/cat/Thumbs.db"), new byte[3]);
        write(folder.resolve("train/README.txt"), new byte[3]);
        TrainTest data = ImageFolder.of(folder).grey().load();
        assertEquals(List.of("cat", "dog"), data.test().classNames());
        assertArrayEquals(new int[] {1, 2}, data.train().labelCounts());
        assertArrayEquals(new int[] {0, 1}, data.test().labelCounts());
        assertEquals(30 / 255f, pixels(data.train(), 0)[0]);
        assertEquals(10 / 255f, pixels(data.train(), 1)[0]);
        assertEquals(20 / 255f, pixels(data.train(), 2)[0]);
        assertEquals(Shape.of(2, 2, 1), data.train().inputShape());
        assertTrue(data.train().name().endsWith("/train"), data.train().name());
    }

    @Test
    void valStandsInForTest() throws IOException {
        image("train/a/1.png", level(1, 2, 2));
        image("val/a/1.png", level(2, 2, 2));
        assertEquals(2 / 255f, pixels(ImageFolder.of(folder).load().test(), 0)[0]);
    }

    @Test
    void classFoldersAloneAreSplit() throws IOException {
        for (int i = 0; i < 10; i++) {
            image("a/" + i + ".png", level(i, 2, 2));
            image("b/" + i + ".png", level(100 + i, 2, 2));
        }
        TrainTest data = ImageFolder.of(folder).load();
        assertArrayEquals(new int[] {8, 8}, data.train().labelCounts());
        assertArrayEquals(new int[] {2, 2}, data.test().labelCounts());
        assertArrayEquals(new int[] {5, 5}, ImageFolder.of(folder).split(0.5, 3).load().test().labelCounts());
    }

    @Test
    void tooFewImagesForTwoPartsAreRefused() throws IOException {
        for (String name : List.of("a/1.png", "a/2.png", "b/1.png")) {
            image(name, level(1, 2, 2));
        }
        String message = assertThrows(FormatException.class, () -> ImageFolder.of(folder).load()).getMessage();
        assertTrue(message.startsWith(folder + ": 3 images in 2 classes; set aside for testing is 0.2"), message);
        assertThrows(FormatException.class, () -> ImageFolder.of(folder).split(0.9, 1).load());
        assertEquals(1, ImageFolder.of(folder).split(0.3, 1).load().test().size());
    }

    /** It has no name, and no images either. */
    @Test
    void theRootIsAFolder() {
        assertThrows(IOException.class, () -> ImageFolder.of(folder.getRoot()).load());
    }

    @Test
    void coloursComeAsTheyAre() throws IOException {
        BufferedImage colours = picture(5, 7, BufferedImage.TYPE_INT_RGB);
        for (String name : List.of("a/1.png", "a/2.png")) {
            image(name, colours);
        }
        float[] rgb = pixels(ImageFolder.of(folder).split(0.5, 0).load().train(), 0);
        float[] grey = pixels(ImageFolder.of(folder).split(0.5, 0).grey().load().train(), 0);
        for (int y = 0; y < 5; y++) {
            for (int x = 0; x < 7; x++) {
                int pixel = y * 7 + x;
                int r = 40 + 9 * x;
                int g = 200 - 7 * y;
                int b = 11 * (x + y);
                assertEquals(r / 255f, rgb[3 * pixel]);
                assertEquals(g / 255f, rgb[3 * pixel + 1]);
                assertEquals(b / 255f, rgb[3 * pixel + 2]);
                assertEquals(Math.round(0.299 * r + 0.587 * g + 0.114 * b) / 255f, grey[pixel], 1.01f / 255);
            }
        }
    }

    /** Grey levels must not go through a colour conversion: Java's would turn 100 into 168. 16 bits keep their upper half, palettes their colours. */
    @Test
    void greyLevelsComeAsTheyAre() throws IOException {
        BufferedImage deep = new BufferedImage(2, 2, BufferedImage.TYPE_USHORT_GRAY);
        BufferedImage binary = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_BINARY);
        BufferedImage palette = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_INDEXED);
        BufferedImage clear = new BufferedImage(2, 2, BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < 4; i++) {
            deep.getRaster().setSample(i % 2, i / 2, 0, 100 << 8 | 77);
            binary.setRGB(i % 2, i / 2, 0xffffffff);
            palette.setRGB(i % 2, i / 2, 0xffff0000);
            clear.setRGB(i % 2, i / 2, 0x80102030);
        }
        image("train/c/1.png", level(100, 2, 2));
        image("train/c/2.png", deep);
        image("train/c/3.png", binary);
        image("train/c/4.png", palette);
        image("train/c/5.png", clear);
        image("train/c/6.jpg", level(100, 2, 2));
        image("test/c/1.png", level(100, 2, 2));
        Dataset data = ImageFolder.of(folder).load().train();
        float[][] expected = {{100, 100, 100}, {100, 100, 100}, {255, 255, 255}, {255, 0, 0}, {16, 32, 48}, {100, 100, 100}};
        for (int i = 0; i < expected.length; i++) {
            for (int c = 0; c < 3; c++) {
                assertEquals(expected[i][c] / 255f, pixels(data, i)[3 + c], "image " + (i + 1));
            }
        }
    }

    @Test
    void sizesMustAgreeUnlessTheyAreMadeEqual() throws IOException {
        image("train/c/1.png", picture(8, 8, BufferedImage.TYPE_INT_RGB));
        image("test/c/wide.png", picture(8, 9, BufferedImage.TYPE_INT_RGB));
        FormatException e = assertThrows(FormatException.class, () -> ImageFolder.of(folder).load());
        assertTrue(e.getMessage().contains("wide.png") && e.getMessage().contains("8x9") && e.getMessage().contains("8x8"), e.getMessage());
        assertEquals(Shape.of(4, 6, 3), ImageFolder.of(folder).resize(4, 6).load().test().inputShape());
    }

    @Test
    void layoutsThatMakeNoSenseAreRefused() throws IOException {
        Files.createDirectories(folder.resolve("train"));
        assertThrows(NoSuchFileException.class, () -> ImageFolder.of(folder).load(), "no folder for testing");
        Files.createDirectories(folder.resolve("test"));
        assertMessage("no folders of classes");
        image("train/c/1.png", level(1, 2, 2));
        image("test/c/1.png", level(1, 2, 2));
        ImageFolder.of(folder).load();
        Files.createDirectories(folder.resolve("test/d"));
        assertMessage("not among the 1 of");
        Files.delete(folder.resolve("test/d"));
        Files.createDirectories(folder.resolve("train/d"));
        assertMessage("no images of this class");
        write(folder.resolve("train/d/x.bmp"), new byte[9]);
        assertMessage("x.bmp: neither .png");
        assertThrows(IllegalArgumentException.class, () -> ImageFolder.of(folder).resize(0, 3));
    }

    private void assertMessage(String part) {
        FormatException e = assertThrows(FormatException.class, () -> ImageFolder.of(folder).load());
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    private byte[] decode(byte[] file) throws IOException {
        return ImageFile.open(write(folder.resolve("one"), file)).pixels(3);
    }

    @Test
    void everyTruncationAndEveryFlippedBitOfAPngIsRefused() throws IOException {
        byte[] png = TestFiles.png(5, 4);
        assertEquals(60, decode(png).length);
        for (int n = 0; n < png.length; n++) {
            byte[] damaged = TestFiles.cut(png, n);
            assertThrows(FormatException.class, () -> decode(damaged), "cut to " + n);
        }
        for (int bit = 0; bit < 8 * png.length; bit++) {
            byte[] damaged = TestFiles.flipped(png, bit);
            assertThrows(FormatException.class, () -> decode(damaged), "bit " + bit);
        }
    }

    /** JPEG has no checksums: a flipped bit may give another picture, but nothing worse. */
    @Test
    void everyTruncationOfAJpegIsRefusedAndNoFlippedBitBreaksMore() throws IOException {
        byte[] jpeg = TestFiles.jpeg(16, 16);
        assertEquals(768, decode(jpeg).length);
        for (int n = 0; n < jpeg.length; n++) {
            byte[] damaged = TestFiles.cut(jpeg, n);
            assertThrows(FormatException.class, () -> decode(damaged), "cut to " + n);
        }
        int refused = 0;
        for (int bit = 0; bit < 8 * jpeg.length; bit++) {
            try {
                decode(TestFiles.flipped(jpeg, bit));
            } catch (FormatException e) {
                refused++;
            }
        }
        assertTrue(refused > 8 * jpeg.length / 10, refused + " of " + 8 * jpeg.length);
    }

    @Test
    void aPreviewBehindAJpegIsReadOver() throws IOException {
        byte[] jpeg = TestFiles.jpeg(16, 16);
        assertArrayEquals(decode(jpeg), decode(TestFiles.concat(jpeg, TestFiles.jpeg(8, 8))));
    }
}
