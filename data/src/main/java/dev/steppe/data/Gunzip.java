package dev.steppe.data;

import dev.steppe.core.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unpacks one gzip member (RFC 1952) and insists that nothing follows. {@link java.util.zip.GZIPInputStream} would take garbage behind the member
 * for the end of the file, and reports neither the file nor the byte. Offsets in errors are those of the packed file.
 */
final class Gunzip extends InputStream {
    private static final int HEADER_CRC = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int RESERVED = 0xe0;

    private final String name;
    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] buffer = new byte[1 << 14];
    private long bufferStart;
    private int next;
    private int end;
    private boolean finished;

    Gunzip(String name, InputStream in) throws IOException {
        this.name = name;
        this.in = in;
        try {
            header();
        } catch (IOException | RuntimeException e) {
            inflater.end();
            throw e;
        }
    }

    private void header() throws IOException {
        int magic = u16();
        int method = u8();
        if (magic != 0x8b1f || method != 8) {
            throw wrong(0, "gzip magic " + Integer.toHexString(magic) + " with method " + method + ", expected 8b1f with 8 (deflate)");
        }
        int flags = u8();
        if ((flags & RESERVED) != 0) {
            throw wrong(3, "gzip flags " + Integer.toHexString(flags) + " have reserved bits set");
        }
        skip(6);
        if ((flags & EXTRA) != 0) {
            skip(u16());
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CRC) != 0) {
            skip(2);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        while (!finished) {
            int got = inflate(target, offset, length);
            if (inflater.finished()) {
                trailer();
            }
            if (got > 0) {
                return got;
            }
        }
        return -1;
    }

    private int inflate(byte[] target, int offset, int length) throws IOException {
        if (next == end) {
            refill("the packed data");
        }
        try {
            inflater.setInput(buffer, next, end - next);
            int got = inflater.inflate(target, offset, length);
            next = end - inflater.getRemaining();
            crc.update(target, offset, got);
            return got;
        } catch (DataFormatException e) {
            throw new FormatException(name, position(), "the packed data is corrupt: " + e.getMessage(), e);
        }
    }

    private void trailer() throws IOException {
        finished = true;
        long at = position();
        long expectedCrc = u16() | (long) u16() << 16;
        long expectedSize = u16() | (long) u16() << 16;
        if (expectedCrc != crc.getValue()) {
            throw wrong(at,
                    "CRC-32 of the content is " + Long.toHexString(crc.getValue()) + ", the trailer has " + Long.toHexString(expectedCrc));
        }
        long size = inflater.getBytesWritten() & 0xffff_ffffL;
        if (expectedSize != size) {
            throw wrong(at + 4, "the content has " + size + " bytes (modulo 2^32), the trailer has " + expectedSize);
        }
        if (next < end || in.read() >= 0) {
            throw wrong(at + 8, "bytes follow where the gzip data ends");
        }
    }

    private long position() {
        return bufferStart + next;
    }

    private FormatException wrong(long offset, String problem) {
        return new FormatException(name, offset, problem);
    }

    private int u16() throws IOException {
        return u8() | u8() << 8;
    }

    private int u8() throws IOException {
        if (next == end) {
            refill("the gzip header or trailer");
        }
        return buffer[next++] & 0xff;
    }

    private void skip(int n) throws IOException {
        for (int i = 0; i < n; i++) {
            u8();
        }
    }

    private void skipText() throws IOException {
        while (u8() != 0) {
            continue;
        }
    }

    private void refill(String within) throws IOException {
        bufferStart += end;
        next = 0;
        end = Math.max(0, in.read(buffer));
        if (end == 0) {
            throw wrong(bufferStart, "the file ends here, within " + within);
        }
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
