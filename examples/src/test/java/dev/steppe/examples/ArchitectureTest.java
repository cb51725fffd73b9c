package dev.steppe.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the published modules may use, read from their class files: who may know whom, and what nobody may touch. */
class ArchitectureTest {
    /** Classes that no library module names: Java serialization, unsafe memory, the network. */
    private static final List<String> FORBIDDEN_CLASSES = List.of("java.io.ObjectInputStream", "java.io.ObjectOutputStream",
            "sun.misc.Unsafe",
            "jdk.internal.", "java.net.Socket", "java.net.ServerSocket", "java.net.DatagramSocket", "java.net.URLConnection",
            "java.net.http.",
            "java.nio.channels.SocketChannel", "java.nio.channels.ServerSocketChannel", "java.nio.channels.DatagramChannel",
            "java.nio.channels.AsynchronousSocketChannel", "java.nio.channels.AsynchronousServerSocketChannel");

    /** Members that no library module names: the JVM's global state, native code, the program's streams, {@code assert}. */
    private static final Set<String> FORBIDDEN_MEMBERS = Set.of("java.lang.System.setProperty", "java.lang.System.setProperties",
            "java.lang.System.clearProperty", "java.lang.System.setOut", "java.lang.System.setErr", "java.lang.System.setIn",
            "java.lang.System.load", "java.lang.System.loadLibrary", "java.lang.System.exit", "java.lang.System.out",
            "java.lang.System.err",
            "java.lang.Runtime.load", "java.lang.Runtime.loadLibrary", "java.lang.Runtime.exit", "java.lang.Runtime.halt",
            "java.util.Locale.setDefault", "java.util.TimeZone.setDefault", "javax.imageio.ImageIO.setUseCache",
            "javax.imageio.ImageIO.setCacheDirectory", "java.lang.Thread.setDefaultUncaughtExceptionHandler",
            "java.lang.Class.desiredAssertionStatus");

    private static final Map<String, String> MODULE_OF_PACKAGE = modulesByPackage();

    private static Map<String, String> modulesByPackage() {
        Map<String, String> modules = new HashMap<>();
        Stream.concat(ModuleFinder.ofSystem().findAll().stream(), ModuleFinder.of(Library.PATH.toArray(Path[]::new)).findAll().stream())
                .map(ModuleReference::descriptor)
                .forEach(module -> module.packages().forEach(name -> modules.put(name, module.name())));
        return modules;
    }

    static Set<String> modules() {
        return new TreeSet<>(Library.ARROWS.keySet());
    }

    /** What is wrong with one class of a module that may use {@code allowed} modules. */
    private static List<String> faults(Bytecode code, Set<String> allowed) {
        List<String> faults = new ArrayList<>();
        for (String used : code.classes()) {
            String module = MODULE_OF_PACKAGE.get(used.substring(0, Math.max(0, used.lastIndexOf('.'))));
            if (!allowed.contains(String.valueOf(module))) {
                faults.add(code.name() + " uses " + used + " of " + module);
            }
            if (FORBIDDEN_CLASSES.stream().anyMatch(prefix -> prefix.endsWith(".") ? used.startsWith(prefix) : used.equals(prefix))) {
                faults.add(code.name() + " names " + used);
            }
        }
        code.members().stream().filter(FORBIDDEN_MEMBERS::contains).forEach(member -> faults.add(code.name() + " names " + member));
        code.mutableStatics().forEach(field -> faults.add(code.name() + " has static mutable state: " + field));
        return faults;
    }

    @ParameterizedTest
    @MethodSource("modules")
    void usesOnlyWhatItMay(String module) {
        List<Bytecode> classes = Bytecode.of(Library.module(module));
        assertTrue(!classes.isEmpty() || module.equals("dev.steppe.data.sample"), "no class of " + module + " was read");
        List<String> faults = classes.stream().flatMap(code -> faults(code, Library.reach(module)).stream()).toList();
        assertEquals("", String.join("\n", faults));
    }

    @ParameterizedTest
    @MethodSource("modules")
    void requiresWhatTheTableSays(String module) {
        ModuleDescriptor descriptor = Library.module(module).descriptor();
        Set<String> required = descriptor.requires().stream().map(Requires::name).filter(name -> !name.equals("java.base"))
                .collect(Collectors.toSet());
        assertEquals(Library.ARROWS.get(module), required);
        assertFalse(descriptor.isAutomatic(), module);
        for (Requires requires : descriptor.requires()) {
            assertEquals(requires.name().startsWith("jdk."), requires.modifiers().contains(Requires.Modifier.STATIC), requires.toString());
        }
    }

    @Test
    void bringsOneSmallJarAndNoNativeLibrary() throws IOException {
        List<String> foreign = new ArrayList<>();
        for (Path entry : Library.PATH) {
            String module = ModuleFinder.of(entry).findAll().iterator().next().descriptor().name();
            if (!Library.ARROWS.containsKey(module)) {
                foreign.add(module);
            }
            for (String file : files(entry)) {
                assertFalse(file.matches(".*\\.(so|dll|dylib|jnilib|a|o)(\\.\\d+)*"), entry + " contains " + file);
            }
        }
        assertEquals(List.of("com.fasterxml.jackson.core"), foreign);
    }

    private static List<String> files(Path entry) throws IOException {
        if (Files.isDirectory(entry)) {
            try (Stream<Path> files = Files.walk(entry)) {
                return files.map(Path::toString).toList();
            }
        }
        try (JarFile jar = new JarFile(entry.toFile())) {
            return jar.stream().map(Object::toString).toList();
        }
    }

    @Test
    void everyPackageSaysWhoLivesThere() throws IOException {
        List<Path> silent = new ArrayList<>();
        for (String module : List.of("kernels", "core", "nn", "optim", "data", "train", "examples", "cli", "benchmarks")) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
                files.filter(file -> file.toString().endsWith(".java") && !file.endsWith("module-info.java"))
                        .map(Path::getParent).distinct()
                        .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                        .forEach(silent::add);
            }
        }
        assertEquals(List.of(), silent);
    }

    /** Everything that is forbidden, to see that it is found. */
    @SuppressWarnings("unused")
    private static final class Sinner {
        static int state;

        static void sin(Socket[] sockets, Bytecode neighbour) throws IOException {
            System.setProperty("a", "b");
            Runtime.getRuntime().exit(1);
            System.out.println(new ObjectInputStream(System.in));
            assert sockets.length > neighbour.members().size();
        }
    }

    @Test
    void findsWhatIsForbidden() throws IOException {
        byte[] file;
        try (var in = ArchitectureTest.class.getResourceAsStream("ArchitectureTest$Sinner.class")) {
            file = in.readAllBytes();
        }
        String faults = String.join("\n", faults(Bytecode.of(file), Set.of("java.base")));
        for (String expected : List.of("names java.net.Socket", "names java.io.ObjectInputStream", "names java.lang.System.setProperty",
                "names java.lang.Runtime.exit", "names java.lang.System.out", "names java.lang.Class.desiredAssertionStatus",
                "static mutable state: state", "uses dev.steppe.examples.Bytecode of")) {
            assertTrue(faults.contains(expected), expected + " is missing in:\n" + faults);
        }
    }

    @Test
    void neighboursDoNotReachEachOther() {
        assertEquals(Set.of("java.base", "dev.steppe.optim", "dev.steppe.core", "dev.steppe.kernels", "jdk.incubator.vector"),
                Library.reach("dev.steppe.optim"));
    }
}
