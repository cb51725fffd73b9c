package dev.steppe.core.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Kernels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Mistakes made on purpose, one at a time, in copies of the main sources: the gradient checks find each of them. */
class MutationTest {
    private static final int SAMPLES = 40;
    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    @TestFactory
    Stream<DynamicTest> faultsAreCaught() {
        return Fault.all().stream().map(f -> DynamicTest.dynamicTest(f.toString(), () -> {
            String complaint = probe(new Patched(compile(f)), f.caught());
            assertNotNull(complaint, "not caught by the gradient checks of " + f.caught() + ": " + f);
            assertTrue(complaint.contains("dev.steppe."), "caught by something else: " + complaint);
        }));
    }

    @Test
    void thereAreAtLeastTwenty() {
        assertTrue(Fault.all().size() >= 20);
        assertEquals(Fault.all().size(), Fault.all().stream().map(Fault::what).distinct().count());
    }

    /** The same way, but with the source as it is: nothing is found, so what is found above is the fault. */
    @Test
    void unchangedSourcesPass() throws ReflectiveOperationException {
        ClassLoader unchanged = new Patched(Map.of());
        for (String name : Fault.all().stream().map(Fault::caught).distinct().toList()) {
            assertNull(probe(unchanged, name), name);
        }
    }

    private static String probe(ClassLoader loader, String name) throws ReflectiveOperationException {
        Class<?> probe = loader.loadClass(MutationProbe.class.getName());
        return (String) probe.getMethod("complaint", String.class, int.class).invoke(null, name, SAMPLES);
    }

    /** The classes of a source file with the fault in it. */
    private static Map<String, byte[]> compile(Fault f) throws IOException, URISyntaxException {
        Path file = Path.of(System.getProperty("user.dir")).resolveSibling(f.file());
        String source = Files.readString(file);
        int at = source.indexOf(f.old());
        assertTrue(at >= 0 && at == source.lastIndexOf(f.old()), "must occur exactly once in " + f.file() + ": " + f.old());
        String name = f.file().replaceAll(".*/java/", "");
        JavaFileObject patched = new SimpleJavaFileObject(URI.create("string:///" + name), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source.substring(0, at) + f.replacement() + source.substring(at + f.old().length());
            }
        };
        Map<String, ByteArrayOutputStream> classes = new HashMap<>();
        StringWriter messages = new StringWriter();
        String classPath = location(Tensor.class) + System.getProperty("path.separator") + location(Kernels.class);
        try (JavaFileManager memory = new Memory(classes)) {
            boolean compiled = COMPILER
                    .getTask(messages, memory, null, List.of("-nowarn", "-proc:none", "-classpath", classPath), null, List.of(patched))
                    .call();
            assertTrue(compiled, f + " does not compile: " + messages);
        }
        Map<String, byte[]> bytes = new HashMap<>();
        classes.forEach((type, stream) -> bytes.put(type, stream.toByteArray()));
        return bytes;
    }

    private static Path location(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** Keeps the classes that a compiler writes. */
    private static final class Memory extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ByteArrayOutputStream> classes;

        Memory(Map<String, ByteArrayOutputStream> classes) {
            super(COMPILER.getStandardFileManager(null, null, null));
            this.classes = classes;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return classes.computeIfAbsent(name, n -> new ByteArrayOutputStream());
                }
            };
        }
    }

    /** Loads all of Steppe anew, from the bytes of the parent except where they are changed. */
    private static final class Patched extends ClassLoader {
        private final Map<String, byte[]> changed;

        Patched(Map<String, byte[]> changed) {
            super(MutationTest.class.getClassLoader());
            this.changed = changed;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null || !name.startsWith("dev.steppe.")) { return loaded != null ? loaded : super.loadClass(name, resolve); }
                byte[] bytes = changed.containsKey(name) ? changed.get(name) : read(name);
                return defineClass(name, bytes, 0, bytes.length);
            }
        }

        private byte[] read(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) { throw new ClassNotFoundException(name); }
                return in.readAllBytes();
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
