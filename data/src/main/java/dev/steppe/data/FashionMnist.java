package dev.steppe.data;

import dev.steppe.core.FormatException;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Fashion-MNIST: grey images of 28x28 of ten kinds of clothing (Xiao, Rasul, Vollgraf 2017, arXiv 1708.07747; MIT licence). Every file is checked
 * against the SHA-256 of its unpacked content.
 */
public final class FashionMnist {
    /** Where Debian's package {@code dataset-fashion-mnist} puts the files. */
    public static final Path DEBIAN_FOLDER = Path.of("/usr/share/datasets/fashion-mnist");

    /** The classes in the order of their labels, as the authors name them. */
    public static final List<String> CLASSES = List.of("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
            "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot");

    private static final Part TRAIN = new Part("fashion-mnist/train", "train",
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9");
    private static final Part TEST = new Part("fashion-mnist/test", "t10k",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34");
    private static final Part SAMPLE_TRAIN = new Part("fashion-mnist-sample/train", "train",
            "d33512cfdc636a0d8972818e6659995be209a88891df7fa2109d7895922c8985",
            "620cb8e3b9348037c5ff9a07b02d773ab165330e072dfd19e0d21c59f8042dcf");
    private static final Part SAMPLE_TEST = new Part("fashion-mnist-sample/test", "t10k",
            "15a92dd1e9b16ea361928086e77df4dfa890c255c00b5a8c8162c1040ce8eef1",
            "234596aeb6eb48133ec99a62541f90bc0728c9559a681f1e0638037462458f2c");

    private FashionMnist() {
    }

    /**
     * The embedded sample: of each class the first 1,000 training and the first 200 test images. It is the artifact {@code steppe-data-sample}; a
     * program on the module path says {@code requires dev.steppe.data.sample}, too.
     *
     * @throws UncheckedIOException if the artifact is missing or damaged
     */
    public static TrainTest sample() {
        try {
            return new TrainTest(SAMPLE_TRAIN.read(FashionMnist::resource), SAMPLE_TEST.read(FashionMnist::resource));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The full set, 60,000 training and 10,000 test images, from where Debian's package puts it.
     *
     * @throws NoSuchFileException if a file is missing; the message says what to install
     * @throws FormatException if a file is not the original
     * @throws IOException if a file cannot be read
     */
    public static TrainTest full() throws IOException {
        return full(DEBIAN_FOLDER);
    }

    /**
     * The full set, 60,000 training and 10,000 test images.
     *
     * @param folder has the four files {@code train|t10k-images-idx3-ubyte} and {@code train|t10k-labels-idx1-ubyte}, plain or with {@code .gz}
     * @throws NoSuchFileException if a file is missing; the message says what to install
     * @throws FormatException if a file is not the original
     * @throws IOException if a file cannot be read
     */
    public static TrainTest full(Path folder) throws IOException {
        Opener files = (file, sha256) -> open(folder, file, sha256);
        return new TrainTest(TRAIN.read(files), TEST.read(files));
    }

    private static ByteSource open(Path folder, String file, String sha256) throws IOException {
        Path packed = folder.resolve(file + ".gz");
        Path plain = folder.resolve(file);
        if (Files.exists(packed)) {
            return ByteSource.open(packed, true);
        }
        if (Files.exists(plain)) {
            return ByteSource.open(plain, true);
        }
        throw new NoSuchFileException(packed.toString(), null, "neither it nor " + plain.getFileName() + " (unpacked, SHA-256 " + sha256
                + ") is there; install Debian's package dataset-fashion-mnist, which fills " + DEBIAN_FOLDER
                + ", or name the folder that has them");
    }

    private static ByteSource resource(String file, String sha256) throws IOException {
        String name = "dev/steppe/data/sample/" + file + ".gz";
        // Not Class.getResourceAsStream, which looks into the module of the class alone.
        try (InputStream in = FashionMnist.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException(
                        name + ": not found; add the artifact dev.steppe:steppe-data-sample to the class path, or to the"
                                + " module path with \"requires dev.steppe.data.sample\" (--add-modules dev.steppe.data.sample)");
            }
            byte[] packed = in.readAllBytes();
            return ByteSource.of(name, new ByteArrayInputStream(packed), packed.length, true);
        }
    }

    /** Opens one of the files, which is to have that hash when unpacked. */
    @FunctionalInterface
    private interface Opener {
        ByteSource open(String file, String sha256) throws IOException;
    }

    private record Part(String name, String prefix, String imagesSha256, String labelsSha256) {
        Dataset read(Opener opener) throws IOException {
            try (ByteSource images = opener.open(prefix + "-images-idx3-ubyte", imagesSha256);
                    ByteSource labels = opener.open(prefix + "-labels-idx1-ubyte", labelsSha256)) {
                Idx.Images pictures = Idx.images(images);
                images.end(imagesSha256);
                int[] classes = Idx.labels(labels, CLASSES.size());
                labels.end(labelsSha256);
                return Idx.join(name, pictures, images, classes, labels, CLASSES);
            }
        }
    }
}
