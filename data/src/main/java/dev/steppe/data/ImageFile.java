package dev.steppe.data;

import dev.steppe.core.FormatException;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A PNG or JPEG file whose structure is sound; the picture itself is decoded on demand.
 *
 * @param name of the file
 * @param bytes all of it
 * @param format as ImageIO names it
 * @param size of the picture, from the header
 */
record ImageFile(String name, byte[] bytes, String format, ImageSize size) {
    /** Bigger pictures are refused before anything is decoded. */
    static final int MAX_PIXELS = 1 << 26;

    private static final int MAX_BYTES = 1 << 28;

    /** Reads a file and checks its structure. */
    static ImageFile open(Path file) throws IOException {
        String name = file.toString();
        long length = Files.size(file);
        if (length > MAX_BYTES) {
            throw new FormatException(name, -1, "an image file of " + length + " bytes, expected at most " + MAX_BYTES);
        }
        byte[] bytes = Files.readAllBytes(file);
        ImageContainer.Kind kind = ImageContainer.check(name, bytes);
        return new ImageFile(name, bytes, kind.format(), kind.size());
    }

    /**
     * The picture, row-major, the channels of a pixel side by side.
     *
     * @param channels 1 for grey, 3 for RGB
     */
    byte[] pixels(int channels) throws FormatException {
        BufferedImage image = decode();
        if (image.getHeight() != size.height() || image.getWidth() != size.width()) {
            throw new FormatException(name, -1,
                    "the picture is " + new ImageSize(image.getHeight(), image.getWidth()) + ", the header says " + size);
        }
        return isGrey(image.getColorModel()) ? fromGrey(image, channels) : fromColour(image, channels);
    }

    private BufferedImage decode() throws FormatException {
        ImageReader reader = ImageIO.getImageReadersByFormatName(format).next();
        List<String> warnings = new ArrayList<>();
        try (MemoryCacheImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
            reader.setInput(in, true, true);
            BufferedImage image = reader.read(0);
            if (!warnings.isEmpty()) {
                throw new FormatException(name, -1, "damaged " + format + " data: " + String.join("; ", warnings));
            }
            return image;
        } catch (FormatException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Decoders, of which plug-ins may bring others, answer damaged data with exceptions of many kinds.
            throw new FormatException(name, -1, "damaged or unsupported " + format + " data: " + e.getMessage(), e);
        } finally {
            reader.dispose();
        }
    }

    /** Grey levels are read as they are: Java takes them for linear light, and getRGB would brighten them. */
    private static boolean isGrey(ColorModel model) {
        return !(model instanceof IndexColorModel) && model.getNumColorComponents() == 1;
    }

    private byte[] fromGrey(BufferedImage image, int channels) {
        Raster raster = image.getRaster();
        int bits = image.getColorModel().getComponentSize(0);
        byte[] out = new byte[size.height() * size.width() * channels];
        int[] row = new int[size.width()];
        int to = 0;
        for (int y = 0; y < size.height(); y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, row.length, 1, 0, row);
            for (int sample : row) {
                byte level = (byte) (bits >= 8 ? sample >> bits - 8 : sample * 255 / ((1 << bits) - 1));
                for (int c = 0; c < channels; c++) {
                    out[to++] = level;
                }
            }
        }
        return out;
    }

    private byte[] fromColour(BufferedImage image, int channels) {
        byte[] out = new byte[size.height() * size.width() * channels];
        int[] row = new int[size.width()];
        int to = 0;
        for (int y = 0; y < size.height(); y++) {
            image.getRGB(0, y, row.length, 1, row, 0, row.length);
            for (int rgb : row) {
                int r = rgb >> 16 & 0xff;
                int g = rgb >> 8 & 0xff;
                int b = rgb & 0xff;
                if (channels == 1) {
                    out[to++] = (byte) ((299 * r + 587 * g + 114 * b + 500) / 1000);
                } else {
                    out[to++] = (byte) r;
                    out[to++] = (byte) g;
                    out[to++] = (byte) b;
                }
            }
        }
        return out;
    }
}
