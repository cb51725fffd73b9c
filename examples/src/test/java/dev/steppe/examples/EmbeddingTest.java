package dev.steppe.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The project in {@code src/test/consumer} is what a user has: it requires {@code dev.steppe.train} and nothing else. It is compiled and run as a
 * user would, on the class path and on the module path, with and without the vector module.
 */
class EmbeddingTest {
    private static final Path PROJECT = Path.of("src", "test", "consumer");
    private static final String LIBRARY = Library.PATH.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    private static final String VECTOR = "--add-modules=jdk.incubator.vector";

    private record Run(int exit, String out, String err) {
        List<Double> losses() {
            return out.lines().filter(line -> line.startsWith("loss ")).map(line -> Double.valueOf(line.substring(5))).toList();
        }
    }

    @TempDir
    Path folder;

    @ParameterizedTest(name = "module path {0}, vector module {1}")
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void trains(boolean modules, boolean vector) throws Exception {
        compile(modules);
        List<String> options = new ArrayList<>(modules
                ? List.of("-p", folder + File.pathSeparator + LIBRARY, "-m", "consumer/consumer.Main")
                : List.of("-cp", folder + File.pathSeparator + LIBRARY, "consumer.Main"));
        if (vector) {
            options.add(0, VECTOR);
        }
        Run run = java(options);
        assertEquals(0, run.exit(), run.err());
        assertTrue(run.out().startsWith(vector ? "vector" : "scalar"), run.out());
        long warnings = run.err().lines().filter(line -> line.contains("--add-modules jdk.incubator.vector")).count();
        assertEquals(vector ? 0 : 1, warnings, "warnings that name the flag in:\n" + run.err());
        List<Double> losses = run.losses();
        assertEquals(4, losses.size(), run.out());
        assertTrue(losses.getLast() < 0.5 * losses.getFirst(), "did not learn: " + losses);
    }

    /** The tests above say nothing if the consumer would compile against anything. */
    @Test
    void doesNotCompileWithoutTheLibrary() throws IOException {
        assertTrue(compile(List.of("-cp", folder.toString(), "-d", folder.toString()), PROJECT.resolve("consumer/Main.java"))
                .contains("dev.steppe.core does not exist"));
    }

    private void compile(boolean modules) throws IOException {
        Path main = PROJECT.resolve("consumer/Main.java");
        String messages = modules
                // The compiler resolves the module that kernels names as optional, and says that it is incubating.
                ? compile(List.of("-p", LIBRARY, "-d", folder.toString(), "-Xlint:all,-incubating"), main,
                        PROJECT.resolve("module-info.java"))
                : compile(List.of("-cp", LIBRARY, "-d", folder.toString(), "-Xlint:all"), main);
        assertEquals("", messages);
    }

    private static String compile(List<String> options, Path... sources) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(sources)).call();
        }
        return messages.toString();
    }

    private Run java(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m"));
        command.addAll(arguments);
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IllegalStateException("the consumer did not end within 2 minutes");
        }
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
