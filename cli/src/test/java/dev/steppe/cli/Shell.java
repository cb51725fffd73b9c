package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.core.RandomKey;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import javax.imageio.ImageIO;

/** Runs the command within the tests' JVM, on images that take no time. */
public final class Shell {
    public static final List<String> CLASSES = List.of("left", "middle", "top");
    public static final int TRAINING = 48;
    public static final int TEST = 18;

    private static final int SIDE = 8;

    private Shell() {
    }

    /** What a command gave. */
    public record Run(int exit, String out, String err) {
        public Run ok() {
            assertEquals(0, exit, err);
            return this;
        }
    }

    public static Run steppe(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = Main.run(new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8), args);
        return new Run(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Folders {@code train} and {@code test} with a folder for each class, of pictures with a bright edge on one side. */
    public static Path images(Path folder) throws IOException {
        write(folder.resolve("train"), TRAINING, 1);
        write(folder.resolve("test"), TEST, 2);
        return folder;
    }

    private static void write(Path folder, int n, long seed) throws IOException {
        RandomKey key = RandomKey.of(seed);
        for (int i = 0; i < n; i++) {
            int label = i % CLASSES.size();
            Path dir = Files.createDirectories(folder.resolve(CLASSES.get(label)));
            BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < SIDE * SIDE; p++) {
                int x = p % SIDE;
                boolean bright = label == 0 ? x < 2 || x >= SIDE - 2 : label == 1 ? x >= 3 && x < 5 : p < 2 * SIDE;
                int grey = key.fold(i).below(100, p) + (bright ? 150 : 0);
                image.setRGB(x, p / SIDE, grey << 16 | grey << 8 | grey);
            }
            ImageIO.write(image, "png", dir.resolve(i + ".png").toFile());
        }
    }

    public static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
