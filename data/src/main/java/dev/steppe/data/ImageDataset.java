package dev.steppe.data;

import dev.steppe.core.Shape;
import dev.steppe.kernels.ShapeException;
import java.util.List;
import java.util.Objects;

/** Images of one size, one byte per channel, in memory. */
public final class ImageDataset implements Dataset {
    private final String name;
    private final Shape shape;
    private final byte[][] images;
    private final int[] labels;
    private final List<String> classNames;
    private volatile String sha256;

    private ImageDataset(String name, Shape shape, byte[][] images, int[] labels, List<String> classNames) {
        this.name = Objects.requireNonNull(name);
        this.shape = shape;
        this.images = images;
        this.labels = labels;
        this.classNames = List.copyOf(classNames);
        if (shape.rank() != 3 || shape.size() == 0) {
            throw new ShapeException(name + ": images have a shape [H, W, C], given " + shape);
        }
        for (int i = 0; i < images.length; i++) {
            if (images[i].length != shape.size()) {
                throw new ShapeException(
                        name + ": image " + i + " has " + images[i].length + " bytes, shape " + shape + " has " + shape.size());
            }
        }
        Labels.check(name, images.length, labels, this.classNames);
    }

    /**
     * A dataset of the given images; all arrays are copied.
     *
     * @param shape {@code [H, W, C]}
     * @param images the bytes of each image, row-major, the channels of a pixel side by side; 0 is dark
     * @param labels the class of each image
     * @throws ShapeException if an image has not as many bytes as the shape
     * @throws IllegalArgumentException if there is no image, not one label per image, or a label that has no name
     */
    public static ImageDataset of(String name, Shape shape, byte[][] images, int[] labels, List<String> classNames) {
        byte[][] copies = images.clone();
        for (int i = 0; i < copies.length; i++) {
            copies[i] = copies[i].clone();
        }
        return new ImageDataset(name, shape, copies, labels.clone(), classNames);
    }

    /** Like {@link #of}, for readers that give their arrays away. */
    static ImageDataset owning(String name, Shape shape, byte[][] images, int[] labels, List<String> classNames) {
        return new ImageDataset(name, shape, images, labels, classNames);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return images.length;
    }

    @Override
    public Shape inputShape() {
        return shape;
    }

    /** The bytes divided by 255. */
    @Override
    public void copy(int i, float[] target, int offset) {
        byte[] pixels = images[i];
        Objects.checkFromIndexSize(offset, pixels.length, target.length);
        for (int j = 0; j < pixels.length; j++) {
            target[offset + j] = (pixels[j] & 0xff) / 255f;
        }
    }

    @Override
    public int label(int i) {
        return labels[i];
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public String sha256() {
        String hash = sha256;
        if (hash == null) {
            ContentHash content = new ContentHash().words(shape.dims()).words(size(), classCount()).words(labels);
            for (byte[] image : images) {
                content.bytes(image);
            }
            hash = content.hex();
            sha256 = hash;
        }
        return hash;
    }

    /** The name, size, shape and number of classes. */
    @Override
    public String toString() {
        return name + ": " + size() + " images " + shape + ", " + classCount() + " classes";
    }
}
