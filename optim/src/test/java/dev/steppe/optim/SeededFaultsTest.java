package dev.steppe.optim;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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

/** Mistakes made on purpose, one at a time, in copies of the main sources, as they stand in published code: the tests of this module find each of them. */
class SeededFaultsTest {
    private static final int SAMPLES = 40;
    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    @TestFactory
    Stream<DynamicTest> faultsAreCaught() {
        return SeededFault.all().stream().map(f -> DynamicTest.dynamicTest(f.toString(), () -> {
            String complaint = probe(new Patched(compile(f)), f);
            assertNotNull(complaint, "not caught by the check '" + f.check() + "' of " + f.subject() + ": " + f);
            assertTrue(!complaint.contains("there is no check") && !complaint.contains("NoSuchElement"),
                    "caught by something else: " + complaint);
        }));
    }

    @Test
    void thereAreAtLeastTwenty() {
        assertTrue(SeededFault.all().size() >= 20);
        assertEquals(SeededFault.all().size(), SeededFault.all().stream().map(SeededFault::what).distinct().count());
    }

    /** The same way, but with the source as it is: nothing is found, so what is found above is the fault. */
    @Test
    void unchangedSourcesPass() throws ReflectiveOperationException {
        ClassLoader unchanged = new Patched(Map.of());
        Set<String> seen = new HashSet<>();
        for (SeededFault f : SeededFault.all()) {
            if (seen.add(f.check() + " " + f.subject())) {
                assertNull(probe(unchanged, f), f.toString());
            }
        }
    }

    private static String probe(ClassLoader loader, SeededFault f) throws ReflectiveOperationException {
        Class<?> probe = loader.loadClass(FaultProbe.class.getName());
        return (String) probe.getMethod("complaint", String.class, String.class).invoke(null, f.check(), f.subject());
    }

    /** The classes of a source file with the fault in it. */
    private static Map<String, byte[]> compile(SeededFault f) throws IOException {
        Path file = Path.of(System.getProperty("user.dir"), "src/main/java/dev/steppe/optim", f.file() + ".java");
        String source = Files.readString(file);
        int at = source.indexOf(f.old());
        assertTrue(at >= 0 && at == source.lastIndexOf(f.old()), "must occur exactly once in " + f.file() + ": " + f.old());
        String name = "dev/steppe/optim/" + f.file() + ".java";
        JavaFileObject patched = new SimpleJavaFileObject(URI.create("string:///" + name), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source.substring(0, at) + f.replacement() + source.substring(at + f.old().length());
            }
        };
        Map<String, ByteArrayOutputStream> classes = new HashMap<>();
        StringWriter messages = new StringWriter();
        String classPath = Stream.of(SamVariant.class, Tensor.class, Kernels.class).map(SeededFaultsTest::location).map(Path::toString)
                .collect(Collectors.joining(System.getProperty("path.separator")));
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

    private static Path location(Class<?> type) {
        return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()));
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

    /** Loads this module and its tests anew, from the bytes of the parent except where they are changed. */
    private static final class Patched extends ClassLoader {
        private final Map<String, byte[]> changed;

        Patched(Map<String, byte[]> changed) {
            super(SeededFaultsTest.class.getClassLoader());
            this.changed = changed;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null || !name.startsWith("dev.steppe.optim.")) {
                    return loaded != null ? loaded : super.loadClass(name, resolve);
                }
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
