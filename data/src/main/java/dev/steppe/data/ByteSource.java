package dev.steppe.data;

import dev.steppe.core.FormatException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The content of a file, plain or gzip, read from front to back. Whatever is missing, left over or not as expected becomes a {@link FormatException}
 * that names the file and the byte of its (unpacked) content.
 */
final class ByteSource implements Closeable {
    /** One byte of a deflate stream unpacks to at most 1032 (258 bytes from 2 bits; RFC 1951). */
    private static final long MAX_RATIO = 1032;

    private final String name;
    private final InputStream in;
    private final boolean packed;
    private final long limit;
    private final ContentHash hash;
    private long position;

    private ByteSource(String name, InputStream raw, long size, boolean hashed) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(raw, 1 << 16);
        buffered.mark(2);
        this.packed = buffered.read() == 0x1f && buffered.read() == 0x8b;
        buffered.reset();
        this.name = packed ? name + " (unpacked)" : name;
        this.in = packed ? new Gunzip(name, buffered) : buffered;
        this.limit = packed ? size * MAX_RATIO : size;
        this.hash = hashed ? new ContentHash() : null;
    }

    /** Opens a file; {@code hashed} if {@link #end(String)} shall be told a hash. */
    static ByteSource open(Path file, boolean hashed) throws IOException {
        return of(file.toString(), Files.newInputStream(file), Files.size(file), hashed);
    }

    /**
     * A source over a stream, which is closed with it.
     *
     * @param size how many bytes the stream has
     */
    static ByteSource of(String name, InputStream raw, long size, boolean hashed) throws IOException {
        try {
            return new ByteSource(name, raw, size, hashed);
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    String name() {
        return name;
    }

    /** The trouble at byte {@code offset}. */
    FormatException wrong(long offset, String problem) {
        return new FormatException(name, offset, problem);
    }

    /**
     * Refuses the file, before anything is allocated, if it cannot have {@code total} bytes of content.
     *
     * @param why where that number comes from
     */
    void requireTotal(long total, String why) throws FormatException {
        if (packed ? total > limit : total != limit) {
            throw new FormatException(name, position, why + " make " + total + " bytes in all, the file has "
                    + (packed ? "at most " + limit + " (" + limit / MAX_RATIO + " packed)" : "" + limit));
        }
    }

    /** Reads a big-endian 32-bit number as unsigned. */
    long unsigned32(String what) throws IOException {
        byte[] b = bytes(4, what);
        return (b[0] & 0xffL) << 24 | (b[1] & 0xff) << 16 | (b[2] & 0xff) << 8 | b[3] & 0xff;
    }

    /** Reads {@code n} bytes. */
    byte[] bytes(int n, String what) throws IOException {
        byte[] target = new byte[n];
        int got = in.readNBytes(target, 0, n);
        if (got < n) {
            throw new FormatException(name, position + got,
                    "the content ends here, within " + what + ": " + n + " bytes expected, " + got + " found");
        }
        position += n;
        if (hash != null) {
            hash.bytes(target);
        }
        return target;
    }

    /** Refuses the file if there is more content. */
    void end() throws IOException {
        if (in.read() >= 0) {
            long more = 1 + in.transferTo(OutputStream.nullOutputStream());
            throw new FormatException(name, position, more + " bytes more than expected");
        }
    }

    /** The same, and refuses the file if its content has another SHA-256. */
    void end(String sha256) throws IOException {
        end();
        String found = hash.hex();
        if (!found.equals(sha256)) {
            throw new FormatException(name, -1, "SHA-256 of the content is " + found + ", expected " + sha256);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
