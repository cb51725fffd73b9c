package dev.steppe.nn;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.UUID;

/**
 * Writes a file so that whoever looks at it, at any moment and after any crash, sees the old content or the new one, complete: the content goes to a temporary
 * file beside the target, is forced to the disk, takes the target's name in one atomic step, and the folder is forced to the disk. Where the file system has no
 * atomic rename the write fails; it never falls back to something weaker. (Windows cannot force a folder to the disk; there the rename may be lost with the
 * power, but the file stays whole.)
 *
 * <p>The temporary file is {@code .<name>.<process>.<unique>.tmp}. It is removed when the write fails; what a killed process left behind is removed by the next
 * write to the same target.
 */
public final class AtomicFile {
    private static final String SUFFIX = ".tmp";

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Content {
        /** Writes everything to {@code out}, which is not buffered and need not be closed. */
        void writeTo(OutputStream out) throws IOException;
    }

    private AtomicFile() {
    }

    /**
     * Creates or replaces a file.
     *
     * @throws IOException if anything fails; unless it was the very last step, the old file is still there, as it was. What goes wrong on the disk is a
     *         {@link FileSystemException} that names the file
     */
    public static void write(Path file, Content content) throws IOException {
        Path target = file.toAbsolutePath();
        Path folder = target.getParent();
        if (folder == null || !Files.isDirectory(folder)) { throw new NotDirectoryException(String.valueOf(folder)); }
        String prefix = "." + target.getFileName() + ".";
        Path temporary = folder.resolve(prefix + process(ProcessHandle.current()) + "." + UUID.randomUUID() + SUFFIX);
        try {
            removeLeftovers(folder, prefix);
            replace(target, temporary, content);
            force(folder);
        } catch (IOException e) {
            throw named(e, temporary, file);
        }
    }

    private static void replace(Path target, Path temporary, Content content) throws IOException {
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(Channels.newOutputStream(channel));
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (Throwable e) {
            remove(temporary, e);
            throw e;
        }
    }

    /** Callers know nothing of the temporary file, and Java's exception of a full disk names none; what the content itself threw is left as it is. */
    private static IOException named(IOException e, Path temporary, Path file) {
        if (e instanceof AccessDeniedException denied && temporary.toString().equals(denied.getFile())) {
            return (IOException) new AccessDeniedException(file.toString()).initCause(e);
        }
        boolean disk = e.getClass() == IOException.class
                || e instanceof FileSystemException system && temporary.toString().equals(system.getFile());
        if (!disk) { return e; }
        String reason = e instanceof FileSystemException system ? system.getReason() : e.getMessage();
        return (IOException) new FileSystemException(file.toString(), null, reason).initCause(e);
    }

    private static void force(Path folder) throws IOException {
        if (File.separatorChar == '\\') { return; }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void remove(Path temporary, Throwable because) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }

    /** Removes temporary files of the same target whose process is no more; that one cannot be removed must not keep anybody from saving. */
    private static void removeLeftovers(Path folder, String prefix) throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder, p -> {
            String name = p.getFileName().toString();
            return name.startsWith(prefix) && name.endsWith(SUFFIX) && !isAlive(name.substring(prefix.length()));
        })) {
            for (Path leftover : leftovers) {
                remove(leftover, new IOException());
            }
        }
    }

    /** Number and start of a process; numbers alone are used again, in containers at once. */
    private static String process(ProcessHandle process) {
        return process.pid() + "-" + process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    private static boolean isAlive(String owner) {
        String id = owner.substring(0, Math.max(0, owner.indexOf('.')));
        try {
            return ProcessHandle.of(Long.parseLong(id.substring(0, Math.max(0, id.indexOf('-'))))).filter(p -> process(p).equals(id))
                    .isPresent();
        } catch (NumberFormatException e) {
            return true;
        }
    }
}
