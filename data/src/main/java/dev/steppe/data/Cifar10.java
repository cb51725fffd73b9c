package dev.steppe.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** CIFAR-10, binary version: 32x32 RGB photographs of ten kinds of things (Krizhevsky 2009). */
public final class Cifar10 {
    /** The classes in the order of their labels. */
    public static final List<String> CLASSES = List.of("airplane", "automobile", "bird", "cat", "deer",
            "dog", "frog", "horse", "ship", "truck");

    private static final Cifar FORMAT = new Cifar("cifar10", new int[] {10}, CLASSES);

    private Cifar10() {
    }

    /**
     * The original set: 50,000 training and 10,000 test images, the same number of each class.
     *
     * @param folder has {@code data_batch_1.bin} to {@code data_batch_5.bin} and {@code test_batch.bin}, or a folder {@code cifar-10-batches-bin} that does
     * @throws java.nio.file.NoSuchFileException if a file is missing
     * @throws dev.steppe.core.FormatException if a file has another size or a label out of range, or a class another number of images
     * @throws IOException if a file cannot be read
     */
    public static TrainTest load(Path folder) throws IOException {
        Path files = Cifar.standardFolder(folder, "cifar-10-batches-bin");
        return new TrainTest(FORMAT.readOriginal("train", files, 5_000, "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                "data_batch_4.bin", "data_batch_5.bin"), FORMAT.readOriginal("test", files, 1_000, "test_batch.bin"));
    }

    /**
     * Any files of this format, with any number of records.
     *
     * @param part name of what they make up, such as {@code train}
     * @param files read in this order
     * @throws dev.steppe.core.FormatException if a file is not made of whole records, or has a label out of range
     * @throws IOException if a file cannot be read
     */
    public static Dataset read(String part, Path... files) throws IOException {
        return FORMAT.read(part, List.of(files));
    }
}
