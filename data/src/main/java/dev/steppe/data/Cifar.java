package dev.steppe.data;

import dev.steppe.core.FormatException;
import dev.steppe.core.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The binary format of both CIFAR sets: records of label bytes, then 32x32 bytes of red, of green, of blue. There is no header, so what can be checked
 * is the size, the range of each label and, for the original sets, the number of examples per class. Source: https://www.cs.toronto.edu/~kriz/cifar.html.
 *
 * @param name of the set
 * @param labelClasses for each label byte of a record, how many classes it tells apart; the last one is the label
 * @param classNames the names of the classes of the last label
 */
record Cifar(String name, int[] labelClasses, List<String> classNames) {
    private static final int SIDE = 32;
    private static final int PLANE = SIDE * SIDE;
    private static final int CHANNELS = 3;
    private static final int IMAGE = CHANNELS * PLANE;

    private int recordSize() {
        return labelClasses.length + IMAGE;
    }

    /** Reads the examples of some files, one after the other. */
    Dataset read(String part, List<Path> files) throws IOException {
        List<byte[]> images = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (Path file : files) {
            long size = Files.size(file);
            if (size == 0 || size % recordSize() != 0) {
                throw new FormatException(file.toString(), size - size % recordSize(),
                        "a file of " + size + " bytes, expected a multiple of " + recordSize() + " (" + name + " records)");
            }
            append(file, size / recordSize(), images, labels);
        }
        return ImageDataset.owning(name + "/" + part, Shape.of(SIDE, SIDE, CHANNELS), images.toArray(byte[][]::new),
                labels.stream().mapToInt(Integer::intValue).toArray(), classNames);
    }

    /** Reads a part of the original set: so many examples of each class, in files of one size. */
    Dataset readOriginal(String part, Path folder, int perClass, String... files) throws IOException {
        List<Path> paths = Arrays.stream(files).map(folder::resolve).toList();
        long expected = (long) perClass * classNames.size() / files.length * recordSize();
        for (Path path : paths) {
            if (!Files.exists(path)) {
                throw new NoSuchFileException(path.toString(), null,
                        "the binary version of " + name + " has the files " + String.join(", ", files)
                                + " of " + expected + " bytes each; unpack its archive and name that folder");
            }
            if (Files.size(path) != expected) {
                throw new FormatException(path.toString(), -1,
                        "a file of " + Files.size(path) + " bytes, the one of " + name + " has " + expected);
            }
        }
        Dataset data = read(part, paths);
        int[] counts = data.labelCounts();
        for (int c = 0; c < counts.length; c++) {
            if (counts[c] != perClass) {
                throw new FormatException(folder.toString(), -1,
                        counts[c] + " examples of class " + c + " (" + classNames.get(c) + ") in " + data.name()
                                + ", the original has " + perClass);
            }
        }
        return data;
    }

    /** The folder itself, or the one of the standard name in it. */
    static Path standardFolder(Path folder, String standard) {
        Path inner = folder.resolve(standard);
        return Files.isDirectory(inner) ? inner : folder;
    }

    private void append(Path file, long count, List<byte[]> images, List<Integer> labels) throws IOException {
        try (ByteSource source = ByteSource.open(file, false)) {
            for (long i = 0; i < count; i++) {
                byte[] record = source.bytes(recordSize(), "record " + i);
                for (int b = 0; b < labelClasses.length; b++) {
                    int label = record[b] & 0xff;
                    if (label >= labelClasses[b]) {
                        throw source.wrong(i * recordSize() + b,
                                "label " + label + " in record " + i + ", there are " + labelClasses[b] + " classes");
                    }
                }
                labels.add(record[labelClasses.length - 1] & 0xff);
                images.add(interleave(record, labelClasses.length));
            }
            source.end();
        }
    }

    /** Planes of red, green and blue to pixels. */
    private static byte[] interleave(byte[] record, int offset) {
        byte[] pixels = new byte[IMAGE];
        for (int c = 0; c < CHANNELS; c++) {
            for (int p = 0; p < PLANE; p++) {
                pixels[p * CHANNELS + c] = record[offset + c * PLANE + p];
            }
        }
        return pixels;
    }
}
