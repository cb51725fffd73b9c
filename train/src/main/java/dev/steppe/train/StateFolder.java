package dev.steppe.train;

import dev.steppe.core.FormatException;
import dev.steppe.nn.AtomicFile;
import dev.steppe.nn.TensorFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A folder that holds one whole state of a run: the last that was saved, whatever happens while the next is being saved.
 *
 * <p>There are two files for tensors, {@code a.safetensors} and {@code b.safetensors}, and {@code manifest.json}, which names the one that counts, with its
 * length and SHA-256. A state is written to the file that does not count; then the manifest is replaced, in one atomic step ({@link AtomicFile}); then the
 * other file is removed. Whoever loads checks the hash, so a state is the previous one or the new one, complete, or a {@link FormatException}.
 */
final class StateFolder {
    private static final String MANIFEST = "manifest.json";
    private static final String FORMAT = "steppe-state";
    private static final long VERSION = 1;
    private static final String A = "a.safetensors";
    private static final String B = "b.safetensors";
    private static final int LARGEST_MANIFEST = 4096;

    private final Path folder;

    StateFolder(Path folder) {
        this.folder = folder;
    }

    private record Manifest(String tensors, long bytes, String sha256) {
    }

    /** Whether a state was ever saved here. */
    boolean exists() {
        return Files.exists(folder.resolve(MANIFEST));
    }

    /**
     * Replaces the state.
     *
     * @throws IOException if it cannot be written; the previous state is then still there
     */
    void save(TensorFile state) throws IOException {
        Files.createDirectories(folder);
        String slot = A.equals(slotInUse()) ? B : A;
        Path file = folder.resolve(slot);
        state.write(file);
        Map<String, Object> manifest = new LinkedHashMap<>();
        manifest.put("format", FORMAT);
        manifest.put("version", VERSION);
        manifest.put("tensors", slot);
        manifest.put("bytes", Files.size(file));
        manifest.put("sha256", sha256(file));
        byte[] json = Json.write(manifest).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(folder.resolve(MANIFEST), out -> out.write(json));
        Files.deleteIfExists(folder.resolve(slot.equals(A) ? B : A));
    }

    /**
     * The state that was saved last.
     *
     * @throws NoSuchFileException if there is none
     * @throws FormatException if it is damaged
     */
    TensorFile load() throws IOException {
        if (!exists()) {
            throw new NoSuchFileException(folder.resolve(MANIFEST).toString(), null, "no state of a run was saved here");
        }
        Manifest manifest = manifest();
        Path file = folder.resolve(manifest.tensors());
        if (!Files.exists(file)) {
            throw new FormatException(file.toString(), -1, "is named by " + MANIFEST + " but missing");
        }
        long bytes = Files.size(file);
        if (bytes != manifest.bytes()) {
            throw new FormatException(file.toString(), -1, "has " + bytes + " bytes, " + MANIFEST + " says " + manifest.bytes());
        }
        String sha256 = sha256(file);
        if (!sha256.equals(manifest.sha256())) {
            throw new FormatException(file.toString(), -1, "has SHA-256 " + sha256 + ", " + MANIFEST + " says " + manifest.sha256());
        }
        return TensorFile.read(file);
    }

    /** The file that must not be touched, or null if none counts. */
    private String slotInUse() throws IOException {
        try {
            return exists() ? manifest().tensors() : null;
        } catch (FormatException e) {
            // Nothing can be loaded from here any more, so nothing can be lost.
            return null;
        }
    }

    private Manifest manifest() throws IOException {
        Path file = folder.resolve(MANIFEST);
        String source = file.toString();
        byte[] json;
        try (InputStream in = Files.newInputStream(file)) {
            json = in.readNBytes(LARGEST_MANIFEST + 1);
        }
        if (json.length > LARGEST_MANIFEST) {
            throw new FormatException(source, LARGEST_MANIFEST, "more than " + LARGEST_MANIFEST + " bytes, no manifest of a state");
        }
        // One byte, one character: a damaged manifest gets the place right, and no two of them read the same.
        Map<String, Object> manifest = Json.read(source, new String(json, StandardCharsets.ISO_8859_1));
        if (!manifest.keySet().equals(Set.of("format", "version", "tensors", "bytes", "sha256"))) {
            throw new FormatException(source, -1,
                    "has keys " + manifest.keySet() + ", expected format, version, tensors, bytes and sha256");
        }
        if (!FORMAT.equals(manifest.get("format")) || !Long.valueOf(VERSION).equals(manifest.get("version"))) {
            throw new FormatException(source, -1,
                    "is of format " + manifest.get("format") + " " + manifest.get("version") + ", expected " + FORMAT + " " + VERSION);
        }
        if (manifest.get("tensors") instanceof String tensors && (tensors.equals(A) || tensors.equals(B))
                && manifest.get("bytes") instanceof Long bytes
                && manifest.get("sha256") instanceof String sha256) {
            return new Manifest(tensors, bytes, sha256);
        }
        throw new FormatException(source, -1,
                "names tensors " + manifest.get("tensors") + " of " + manifest.get("bytes") + " bytes with SHA-256 "
                        + manifest.get("sha256") + ", which cannot be");
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
