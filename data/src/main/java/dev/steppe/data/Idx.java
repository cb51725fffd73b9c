package dev.steppe.data;

import dev.steppe.core.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The IDX format of MNIST and its relatives: a big-endian magic number (0, 0, the type, the number of axes), the sizes of the axes, the numbers.
 * Files may be packed with gzip. Source: http://yann.lecun.com/exdb/mnist.
 */
public final class Idx {
    private static final long IMAGES_MAGIC = 0x803;
    private static final long LABELS_MAGIC = 0x801;
    private static final int MAX_SIDE = 1 << 15;

    private Idx() {
    }

    /**
     * Reads grey images (unsigned bytes, three axes) and their labels (unsigned bytes, one axis).
     *
     * @param name of the dataset
     * @param images a file of {@code count} images
     * @param labels a file of {@code count} labels
     * @param classNames the names of labels 0, 1, ..
     * @return images of shape {@code [H, W, 1]}
     * @throws dev.steppe.core.FormatException if a file is truncated, has more than its header says, is of another kind, or has a label without a name;
     *         or if the counts differ. Nothing is allocated for what a header merely claims
     * @throws IOException if a file cannot be read
     */
    public static Dataset read(String name, Path images, Path labels, List<String> classNames) throws IOException {
        try (ByteSource i = ByteSource.open(images, false); ByteSource l = ByteSource.open(labels, false)) {
            Images pictures = images(i);
            i.end();
            int[] classes = labels(l, classNames.size());
            l.end();
            return join(name, pictures, i, classes, l, classNames);
        }
    }

    /** Images of one size, as they are in a file. */
    record Images(int height, int width, byte[][] pixels) {
    }

    /** The dataset of both parts. */
    static Dataset join(String name, Images images, ByteSource imageSource, int[] labels, ByteSource labelSource, List<String> classNames)
            throws IOException {
        if (labels.length != images.pixels.length) {
            throw labelSource.wrong(4, labels.length + " labels, " + imageSource.name() + " has " + images.pixels.length + " images");
        }
        return ImageDataset.owning(name, Shape.of(images.height, images.width, 1), images.pixels, labels, classNames);
    }

    /** Reads all but the end of a file of images. */
    static Images images(ByteSource source) throws IOException {
        magic(source, IMAGES_MAGIC, "images (unsigned bytes, 3 axes)");
        long count = count(source, "images");
        int height = side(source, "height");
        int width = side(source, "width");
        int size = height * width;
        source.requireTotal(16 + count * size, count + " images of " + height + "x" + width);
        List<byte[]> pixels = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            pixels.add(source.bytes(size, "image " + i));
        }
        return new Images(height, width, pixels.toArray(byte[][]::new));
    }

    /** Reads all but the end of a file of labels. */
    static int[] labels(ByteSource source, int classes) throws IOException {
        magic(source, LABELS_MAGIC, "labels (unsigned bytes, 1 axis)");
        long count = count(source, "labels");
        source.requireTotal(8 + count, count + " labels");
        byte[] bytes = source.bytes((int) count, "the labels");
        int[] labels = new int[bytes.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = bytes[i] & 0xff;
            if (labels[i] >= classes) {
                throw source.wrong(8 + i, "label " + labels[i] + ", there are " + classes + " classes");
            }
        }
        return labels;
    }

    private static void magic(ByteSource source, long expected, String what) throws IOException {
        long magic = source.unsigned32("the magic number");
        if (magic != expected) {
            throw source.wrong(0, String.format("magic number 0x%08x, expected 0x%08x for IDX %s", magic, expected, what));
        }
    }

    private static long count(ByteSource source, String what) throws IOException {
        long count = source.unsigned32("the number of " + what);
        if (count < 1 || count > Integer.MAX_VALUE - 64) {
            throw source.wrong(4, count + " " + what + ", expected 1 to " + (Integer.MAX_VALUE - 64));
        }
        return count;
    }

    private static int side(ByteSource source, String what) throws IOException {
        long side = source.unsigned32("the " + what);
        if (side < 1 || side > MAX_SIDE) {
            throw source.wrong(what.equals("height") ? 8 : 12, "images of " + what + " " + side + ", expected 1 to " + MAX_SIDE);
        }
        return (int) side;
    }
}
