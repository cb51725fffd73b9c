import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Makes the embedded sample out of the full Fashion-MNIST: of each class the first 1,000 training and the first 200 test images, in the order of the
 * original files. Run from the root of the project, with Debian's package {@code dataset-fashion-mnist} installed:
 *
 * <pre>java data/sample/MakeSample.java /usr/share/datasets/fashion-mnist</pre>
 *
 * <p>The hashes in {@code SHA256SUMS} are those of the unpacked files, since packed ones depend on the version of zlib.
 */
final class MakeSample {
    private static final int CLASSES = 10;
    private static final Path TARGET = Path.of("data/sample/src/main/resources/dev/steppe/data/sample");

    private MakeSample() {
    }

    public static void main(String[] args) throws Exception {
        Path full = Path.of(args[0]);
        Files.createDirectories(TARGET);
        String sums = select(full, "train", 1_000) + select(full, "t10k", 200);
        Files.writeString(TARGET.resolve("SHA256SUMS"), sums);
        IO.print(sums);
    }

    /** Writes the first {@code perClass} images of each class and their labels, and returns the two lines of hashes. */
    private static String select(Path full, String part, int perClass) throws Exception {
        String imageFile = part + "-images-idx3-ubyte";
        String labelFile = part + "-labels-idx1-ubyte";
        ByteArrayOutputStream imageBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream labelBytes = new ByteArrayOutputStream();
        try (DataInputStream images = unpacked(full, imageFile); DataInputStream labels = unpacked(full, labelFile)) {
            int imageMagic = images.readInt();
            int labelMagic = labels.readInt();
            int count = images.readInt();
            if (imageMagic != 0x803 || labelMagic != 0x801 || labels.readInt() != count) {
                throw new IOException(full + ": not the IDX files of Fashion-MNIST");
            }
            int height = images.readInt();
            int width = images.readInt();
            header(imageBytes, imageMagic, perClass * CLASSES, height, width);
            header(labelBytes, labelMagic, perClass * CLASSES);
            int[] taken = new int[CLASSES];
            byte[] pixels = new byte[height * width];
            for (int i = 0; i < count; i++) {
                images.readFully(pixels);
                int label = labels.readUnsignedByte();
                if (taken[label]++ < perClass) {
                    imageBytes.write(pixels);
                    labelBytes.write(label);
                }
            }
        }
        return write(imageFile, imageBytes.toByteArray()) + write(labelFile, labelBytes.toByteArray());
    }

    private static DataInputStream unpacked(Path folder, String file) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(folder.resolve(file + ".gz")))) {
            return new DataInputStream(new ByteArrayInputStream(in.readAllBytes()));
        }
    }

    private static void header(OutputStream out, int... words) throws IOException {
        DataOutputStream data = new DataOutputStream(out);
        for (int word : words) {
            data.writeInt(word);
        }
    }

    private static String write(String file, byte[] content) throws Exception {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(TARGET.resolve(file + ".gz"))) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            out.write(content);
        }
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)) + "  " + file + "\n";
    }
}
