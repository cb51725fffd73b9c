package dev.steppe.data;

import dev.steppe.core.FormatException;
import dev.steppe.core.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Images in folders: one folder per class, named like it, with PNG and JPEG files. Either {@code train/<class>/..} and {@code test/<class>/..} (or
 * {@code val}), or {@code <class>/..} alone, of which a part is set aside for testing.
 *
 * <pre>{@code TrainTest data = ImageFolder.of(folder).resize(32, 32).load();}</pre>
 *
 * <p>Classes and files are numbered in the order of their names. Images become RGB in sRGB (without alpha, which is dropped; without the turn that
 * EXIF may ask for), unless {@link #grey} asks for one channel.
 */
public final class ImageFolder {
    private static final Set<String> CLUTTER = Set.of("thumbs.db", "desktop.ini");
    private static final Set<String> EXTENSIONS = Set.of("png", "jpg", "jpeg");

    private final Path folder;
    private final int channels;
    private final ImageSize target;
    private final double testFraction;
    private final long seed;

    private ImageFolder(Path folder, int channels, ImageSize target, double testFraction, long seed) {
        this.folder = folder;
        this.channels = channels;
        this.target = target;
        this.testFraction = testFraction;
        this.seed = seed;
    }

    /** The images in {@code folder}, in RGB, which must all be of one size; if there are no folders for it, a fifth of each class is for testing. */
    public static ImageFolder of(Path folder) {
        return new ImageFolder(folder, 3, null, 0.2, 0);
    }

    /** The same in one channel: as it is in grey images, {@code 0.299 R + 0.587 G + 0.114 B} (ITU-R BT.601) of others. */
    public ImageFolder grey() {
        return new ImageFolder(folder, 1, target, testFraction, seed);
    }

    /**
     * The same with every image scaled (triangle filter, widened when an image shrinks) until it covers the given size, then cut to it at the centre.
     *
     * @throws IllegalArgumentException if a side is not positive
     */
    public ImageFolder resize(int height, int width) {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("resize to " + height + "x" + width + ", expected at least 1x1");
        }
        return new ImageFolder(folder, channels, new ImageSize(height, width), testFraction, seed);
    }

    /** The same with another part of each class chosen for testing, if there are no folders for it; see {@link Dataset#split}. */
    public ImageFolder split(double testFraction, long seed) {
        return new ImageFolder(folder, channels, target, testFraction, seed);
    }

    /**
     * Reads all images.
     *
     * @throws NoSuchFileException if the folder, or the one for testing, is missing
     * @throws FormatException if a file is no PNG or JPEG, is damaged or of another size than the first, unless {@link #resize} makes them equal; if a class
     *         has no images, or is only in the folder for testing; if there are too few images for two parts
     * @throws IOException if a file cannot be read
     */
    public TrainTest load() throws IOException {
        Path last = folder.toAbsolutePath().normalize().getFileName();
        String name = String.valueOf(last == null ? folder : last);
        Path train = folder.resolve("train");
        if (!Files.isDirectory(train)) {
            Found all = find(folder, classes(folder));
            Dataset whole = read(name, all, all.files.getFirst());
            requireTwoParts(all);
            return whole.split(testFraction, seed);
        }
        Path test = Files.isDirectory(folder.resolve("test")) ? folder.resolve("test") : folder.resolve("val");
        if (!Files.isDirectory(test)) {
            throw new NoSuchFileException(folder.resolve("test").toString(), null,
                    "there is train, but neither test nor val; to set aside a part of train, name that folder itself");
        }
        Found training = find(train, classes(train));
        for (String c : classes(test)) {
            if (!training.classes.contains(c)) {
                throw new FormatException(test.resolve(c).toString(), -1,
                        "a class for testing that is not among the " + training.classes.size() + " of " + train);
            }
        }
        Path first = training.files.getFirst();
        return new TrainTest(read(name + "/train", training, first), read(name + "/test", find(test, training.classes), first));
    }

    /** The files of some classes, and which class each is of. */
    private record Found(List<Path> files, List<Integer> labels, List<String> classes) {
    }

    /** As {@link Dataset#split} counts. */
    private void requireTwoParts(Found all) throws FormatException {
        long test = IntStream.range(0, all.classes.size())
                .mapToLong(c -> Math.round(Collections.frequency(all.labels, c) * testFraction)).sum();
        if (test == 0 || test == all.files.size()) {
            throw new FormatException(folder.toString(), -1,
                    all.files.size() + " images in " + all.classes.size() + " classes; set aside for "
                            + "testing is " + testFraction + " of each class, rounded: " + test
                            + " images; expected some for training and some for testing");
        }
    }

    private static Found find(Path parent, List<String> classes) throws IOException {
        List<Path> files = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (int label = 0; label < classes.size(); label++) {
            Path dir = parent.resolve(classes.get(label));
            if (Files.isDirectory(dir)) {
                List<Path> images = entries(dir);
                for (Path image : images) {
                    requireImage(image);
                    files.add(image);
                    labels.add(label);
                }
                if (images.isEmpty()) {
                    throw new FormatException(dir.toString(), -1, "no images of this class, at least 1 expected");
                }
            }
        }
        return new Found(files, labels, classes);
    }

    private static List<String> classes(Path parent) throws IOException {
        List<String> classes = entries(parent).stream().filter(Files::isDirectory).map(p -> p.getFileName().toString()).toList();
        if (classes.isEmpty()) {
            throw new FormatException(parent.toString(), -1, "no folders of classes, at least 1 expected");
        }
        return classes;
    }

    /** What is in a folder, by name, but for what desktops leave there. */
    private static List<Path> entries(Path dir) throws IOException {
        try (Stream<Path> all = Files.list(dir)) {
            return all.filter(p -> !isClutter(p.getFileName().toString())).sorted(Comparator.comparing(p -> p.getFileName().toString()))
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static boolean isClutter(String name) {
        return name.startsWith(".") || CLUTTER.contains(name.toLowerCase(Locale.ROOT));
    }

    private static void requireImage(Path file) throws FormatException {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (!EXTENSIONS.contains(name.substring(name.lastIndexOf('.') + 1)) || Files.isDirectory(file)) {
            throw new FormatException(file.toString(), -1, "neither .png nor .jpg nor .jpeg, and so no image of its class");
        }
    }

    /** @param like an image whose size all must have, unless sizes are changed */
    private ImageDataset read(String name, Found found, Path like) throws IOException {
        ImageSize size = target != null ? target : ImageFile.open(like).size();
        byte[][] images = new byte[found.files.size()][];
        try {
            IntStream.range(0, images.length).parallel().forEach(i -> images[i] = read(found.files.get(i), size, like));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        int[] labels = found.labels.stream().mapToInt(Integer::intValue).toArray();
        return ImageDataset.owning(name, Shape.of(size.height(), size.width(), channels), images, labels, found.classes);
    }

    private byte[] read(Path file, ImageSize size, Path like) {
        try {
            ImageFile image = ImageFile.open(file);
            if (target == null && !image.size().equals(size)) {
                throw new FormatException(file.toString(), -1,
                        "an image of " + image.size() + ", expected " + size + " as in " + like + ": all must be of one size");
            }
            return Resample.cover(image.pixels(channels), image.size(), size, channels);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
