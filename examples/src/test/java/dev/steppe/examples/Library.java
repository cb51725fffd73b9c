package dev.steppe.examples;

import java.io.File;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The published modules as this test's class path holds them: jars in {@code mvn verify}, folders of classes in {@code mvn test}. */
final class Library {
    /** Each module and the modules it names in its descriptor; {@code java.base} goes without saying. */
    static final Map<String, Set<String>> ARROWS = Map.of(
            "dev.steppe.kernels", Set.of("jdk.incubator.vector"),
            "dev.steppe.core", Set.of("dev.steppe.kernels"),
            "dev.steppe.nn", Set.of("dev.steppe.core", "com.fasterxml.jackson.core"),
            "dev.steppe.optim", Set.of("dev.steppe.core"),
            "dev.steppe.data", Set.of("dev.steppe.core", "java.desktop"),
            "dev.steppe.data.sample", Set.of(),
            "dev.steppe.train", Set.of("dev.steppe.nn", "dev.steppe.optim", "dev.steppe.data", "com.fasterxml.jackson.core"));

    /** Where the modules of {@link #ARROWS} and what they need at run time lie, without the examples and the test libraries. */
    static final List<Path> PATH = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(entry -> isLibrary(entry.toString().replace('\\', '/')))
            .toList();

    private Library() {
    }

    /** Whether a class path entry is one of ours, or is there because one of ours needs it; the rest are the test libraries, named here. */
    private static boolean isLibrary(String entry) {
        return !entry.contains("/examples/target/")
                && !entry.matches(".*/(org/junit|net/jqwik|org/opentest4j|org/apiguardian|org/jspecify)/.*")
                && !entry.matches(".*/surefire[^/]*\\.jar");
    }

    static ModuleReference module(String name) {
        return ModuleFinder.of(PATH.toArray(Path[]::new)).find(name)
                .orElseThrow(() -> new IllegalStateException(name + " is not in " + PATH));
    }

    /** What a module may use: the modules it names, what those name, and {@code java.base}. */
    static Set<String> reach(String module) {
        return Stream
                .concat(Stream.of("java.base", module),
                        ARROWS.getOrDefault(module, Set.of()).stream().flatMap(next -> reach(next).stream()))
                .collect(Collectors.toSet());
    }
}
