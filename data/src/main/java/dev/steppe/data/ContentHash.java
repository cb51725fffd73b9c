package dev.steppe.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of words and bytes, little-endian. */
final class ContentHash {
    private final MessageDigest digest = newDigest();

    /** The hash of any dataset, through its public face alone. */
    static String of(Dataset data) {
        ContentHash hash = new ContentHash().words(data.inputShape().dims()).words(data.size(), data.classCount());
        float[] values = new float[data.inputShape().size()];
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < data.size(); i++) {
            data.copy(i, values, 0);
            bytes.asFloatBuffer().put(values);
            hash.words(data.id(i), data.label(i)).bytes(bytes.array());
        }
        return hash.hex();
    }

    ContentHash words(int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * words.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words);
        return bytes(bytes.array());
    }

    ContentHash text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    ContentHash bytes(byte[] bytes) {
        digest.update(bytes);
        return this;
    }

    ContentHash bytes(byte[] bytes, int offset, int length) {
        digest.update(bytes, offset, length);
        return this;
    }

    /** The hash of all so far, in hexadecimal; this object is spent. */
    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
