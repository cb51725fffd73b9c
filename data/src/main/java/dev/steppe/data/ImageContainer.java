package dev.steppe.data;

import dev.steppe.core.FormatException;
import java.util.zip.CRC32;

/**
 * The outer structure of PNG and JPEG files, walked from the first byte to the last. Image decoders are lenient: they fill what a cut file lacks with
 * grey, do not check PNG's checksums, and ignore what follows the image. A training set should rather be refused.
 */
final class ImageContainer {
    private static final long PNG_SIGNATURE = 0x89504e470d0a1a0aL;
    private static final int PNG_CHUNK_FRAME = 12;
    private static final int IHDR = 0x49484452;
    private static final int IEND = 0x49454e44;
    private static final int SOI = 0xd8;
    private static final int EOI = 0xd9;
    private static final int SOS = 0xda;

    private final String name;
    private final byte[] bytes;
    private ImageSize size;

    private ImageContainer(String name, byte[] bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    /** What a file is, and how big its picture. */
    record Kind(String format, ImageSize size) {
    }

    /** Walks through a whole file; {@code format} of the result is the name by which ImageIO knows it. */
    static Kind check(String name, byte[] bytes) throws FormatException {
        ImageContainer file = new ImageContainer(name, bytes);
        if (bytes.length >= 8 && (file.u32(0) << 32 | file.u32(4)) == PNG_SIGNATURE) {
            file.png();
            return new Kind("png", file.size);
        }
        if (bytes.length >= 3 && file.u8(0) == 0xff && file.u8(1) == SOI && file.u8(2) == 0xff) {
            file.jpeg();
            return new Kind("jpeg", file.size);
        }
        throw file.wrong(0, bytes.length + " bytes that begin neither like a PNG nor like a JPEG file");
    }

    private void png() throws FormatException {
        int at = 8;
        while (true) {
            need(at, PNG_CHUNK_FRAME, "a PNG chunk");
            long length = u32(at);
            int type = (int) u32(at + 4);
            if (length > bytes.length - at - PNG_CHUNK_FRAME) {
                throw wrong(at, "a PNG chunk of " + length + " bytes, " + (bytes.length - at - PNG_CHUNK_FRAME) + " are left");
            }
            int end = at + 8 + (int) length;
            CRC32 crc = new CRC32();
            crc.update(bytes, at + 4, (int) length + 4);
            if (crc.getValue() != u32(end)) {
                throw wrong(end,
                        "CRC-32 of the PNG chunk is " + Long.toHexString(crc.getValue()) + ", the file has " + Long.toHexString(u32(end)));
            }
            if ((at == 8) != (type == IHDR) || type == IHDR && length != 13) {
                throw wrong(at, "a PNG file begins with its only IHDR chunk, of 13 bytes");
            }
            if (type == IHDR) {
                sized(at + 8, u32(at + 12), u32(at + 8));
            }
            at = end + 4;
            if (type == IEND) {
                break;
            }
        }
        if (at < bytes.length) {
            throw wrong(at, bytes.length - at + " bytes after the end of the PNG image");
        }
    }

    /** One JPEG image, or several one after the other: cameras append previews. */
    private void jpeg() throws FormatException {
        int at = 0;
        do {
            at = jpegImage(at);
        } while (at + 1 < bytes.length && u8(at) == 0xff && u8(at + 1) == SOI);
        if (at < bytes.length) {
            throw wrong(at, bytes.length - at + " bytes after the end of the JPEG image");
        }
        if (size == null) {
            throw wrong(0, "a JPEG file without a frame");
        }
    }

    private int jpegImage(int start) throws FormatException {
        int at = start + 2;
        while (true) {
            need(at, 2, "a JPEG marker");
            if (u8(at) != 0xff) {
                throw wrong(at, "byte " + u8(at) + ", expected 255, which begins a JPEG marker");
            }
            int marker = u8(at + 1);
            if (marker == EOI) {
                return at + 2;
            }
            if (marker == 0xff) {
                at++;
            } else if (isBare(marker)) {
                at += 2;
            } else {
                at = jpegSegment(at, marker);
            }
        }
    }

    /** A segment with a length, and the entropy-coded data if it follows. */
    private int jpegSegment(int at, int marker) throws FormatException {
        need(at, 4, "a JPEG segment");
        int length = u16(at + 2);
        need(at, 2 + length, "a JPEG segment of " + length + " bytes");
        boolean frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (length < (frame ? 8 : 2)) {
            throw wrong(at, "a JPEG segment of " + length + " bytes is too short");
        }
        if (frame && size == null) {
            sized(at + 5, u16(at + 5), u16(at + 7));
        }
        int end = at + 2 + length;
        if (marker == SOS) {
            while (end + 1 < bytes.length && (u8(end) != 0xff || u8(end + 1) == 0 || isBare(u8(end + 1)))) {
                end++;
            }
        }
        return end;
    }

    /** Markers without a segment, which may stand within entropy-coded data: restarts, and TEM. */
    private static boolean isBare(int marker) {
        return marker >= 0xd0 && marker <= 0xd7 || marker == 1;
    }

    private void sized(int at, long height, long width) throws FormatException {
        if (height < 1 || width < 1 || height * width > ImageFile.MAX_PIXELS) {
            throw wrong(at,
                    "an image of " + height + "x" + width + " (height x width), expected 1x1 to " + ImageFile.MAX_PIXELS + " pixels");
        }
        size = new ImageSize((int) height, (int) width);
    }

    private void need(int at, int n, String what) throws FormatException {
        if (n > bytes.length - at) {
            throw wrong(bytes.length, "the file ends here, within " + what + " at byte " + at);
        }
    }

    private FormatException wrong(long at, String problem) {
        return new FormatException(name, at, problem);
    }

    private int u8(int at) {
        return bytes[at] & 0xff;
    }

    private int u16(int at) {
        return u8(at) << 8 | u8(at + 1);
    }

    private long u32(int at) {
        return (long) u16(at) << 16 | u16(at + 2);
    }
}
