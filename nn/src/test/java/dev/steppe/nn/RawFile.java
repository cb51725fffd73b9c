package dev.steppe.nn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Safetensors files made by hand, right or wrong. */
final class RawFile {
    private RawFile() {
    }

    /** Length, header, and {@code data} bytes 0, 1, 2, … */
    static byte[] of(String header, int data) {
        return of(header.getBytes(StandardCharsets.UTF_8), data);
    }

    static byte[] of(byte[] header, int data) {
        return of(header.length, header, data);
    }

    static byte[] of(long length, byte[] header, int data) {
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + data).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(header);
        for (int i = 0; i < data; i++) {
            bytes.put((byte) i);
        }
        return bytes.array();
    }

    static Path write(Path folder, byte[] bytes) throws IOException {
        return Files.write(folder.resolve("hostile.safetensors"), bytes);
    }
}
