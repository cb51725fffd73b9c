package dev.steppe.nn;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The default file system, which writes down every operation that changes something, can fail at any of them, writes half of a buffer at a time, and can end a
 * file early.
 */
final class FaultyFiles extends FileSystemProvider {
    private final FileSystem system = new Wrapped();
    private final List<String> log = new ArrayList<>();
    private int failAt = Integer.MAX_VALUE;
    private long end = Long.MAX_VALUE;

    /** Operation number {@code n} (from 0) will fail. */
    void failAt(int n) {
        failAt = n;
    }

    /** Reading gives nothing from this byte on. */
    void endAfter(long bytes) {
        end = bytes;
    }

    /** The operations so far; a failed one is there too. */
    List<String> log() {
        return log;
    }

    Path wrap(Path path) {
        InvocationHandler handler = (proxy, method, args) -> {
            if (method.getName().equals("getFileSystem")) { return system; }
            Object[] real = args == null ? null : args.clone();
            for (int i = 0; real != null && i < real.length; i++) {
                real[i] = real[i] instanceof Path p ? unwrap(p) : real[i];
            }
            try {
                Object result = method.invoke(path, real);
                return result instanceof Path p ? wrap(p) : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return (Path) Proxy.newProxyInstance(Real.class.getClassLoader(), new Class<?>[] {Path.class, Real.class},
                (proxy, method, args) -> method.getDeclaringClass() == Real.class ? path : handler.invoke(proxy, method, args));
    }

    private interface Real {
        Path real();
    }

    private static Path unwrap(Path path) {
        return path instanceof Real r ? r.real() : path;
    }

    private void note(String operation) throws IOException {
        log.add(operation);
        if (log.size() - 1 == failAt) { throw new IOException("injected: " + operation); }
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        String kind = Files.isDirectory(unwrap(path)) ? "folder" : "file";
        note("open " + kind);
        return new Channel(FileChannel.open(unwrap(path), options, attributes), kind);
    }

    @Override
    public SeekableByteChannel newByteChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
        note("list");
        return Files.newDirectoryStream(unwrap(folder), p -> filter.accept(wrap(p)));
    }

    @Override
    public void move(Path from, Path to, CopyOption... options) throws IOException {
        note("move " + List.of(options));
        Files.move(unwrap(from), unwrap(to), options);
    }

    @Override
    public void delete(Path path) throws IOException {
        log.add("delete");
        Files.delete(unwrap(path));
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options) throws IOException {
        return Files.readAttributes(unwrap(path), type, options);
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        unwrap(path).getFileSystem().provider().checkAccess(unwrap(path), modes);
    }

    @Override
    public String getScheme() {
        return "faulty";
    }

    @Override
    public boolean isSameFile(Path a, Path b) throws IOException {
        return Files.isSameFile(unwrap(a), unwrap(b));
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Path getPath(URI uri) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void copy(Path from, Path to, CopyOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isHidden(Path path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileStore getFileStore(Path path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
        throw new UnsupportedOperationException();
    }

    private final class Channel extends FileChannel {
        private final FileChannel real;
        private final String kind;

        Channel(FileChannel real, String kind) {
            this.real = real;
            this.kind = kind;
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            if (real.position() >= end) { return -1; }
            int limit = to.limit();
            to.limit((int) Math.min(limit, to.position() + end - real.position()));
            int n = real.read(to);
            to.limit(limit);
            return n;
        }

        /** Half of what is asked for, as a file system may. */
        @Override
        public int write(ByteBuffer from) throws IOException {
            note("write");
            int limit = from.limit();
            from.limit(from.position() + (from.remaining() + 1) / 2);
            int n = real.write(from);
            from.limit(limit);
            return n;
        }

        @Override
        public void force(boolean metaData) throws IOException {
            note("force " + kind);
            real.force(metaData);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            real.close();
        }

        @Override
        public long position() throws IOException {
            return real.position();
        }

        @Override
        public long size() throws IOException {
            return real.size();
        }

        @Override
        public FileChannel position(long newPosition) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long read(ByteBuffer[] to, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(ByteBuffer to, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer from, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }
    }

    private final class Wrapped extends FileSystem {
        @Override
        public FileSystemProvider provider() {
            return FaultyFiles.this;
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public String getSeparator() {
            return "/";
        }

        @Override
        public Iterable<Path> getRootDirectories() {
            return List.of();
        }

        @Override
        public Iterable<FileStore> getFileStores() {
            return List.of();
        }

        @Override
        public Set<String> supportedFileAttributeViews() {
            return Set.of("basic");
        }

        @Override
        public Path getPath(String first, String... more) {
            return wrap(Path.of(first, more));
        }

        @Override
        public PathMatcher getPathMatcher(String syntaxAndPattern) {
            throw new UnsupportedOperationException();
        }

        @Override
        public UserPrincipalLookupService getUserPrincipalLookupService() {
            throw new UnsupportedOperationException();
        }

        @Override
        public WatchService newWatchService() {
            throw new UnsupportedOperationException();
        }
    }
}
