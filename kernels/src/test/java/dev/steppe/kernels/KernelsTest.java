package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which provider is chosen, and what is said about it; in JVMs of its own where the choice depends on how Java was started. */
class KernelsTest {
    private static final String FLAG = "--add-modules jdk.incubator.vector";

    /** What the JVMs of this test run. */
    static final class Probe {
        private Probe() {
        }

        public static void main(String[] arguments) {
            try (Workers workers = Workers.of(2)) {
                Kernels kernels = Kernels.on(workers);
                Kernels.on(workers);
                System.out.println(kernels.describe());
                System.out.println(kernels.with(Kernels.Mode.FAST).describe());
                System.out.println("lanes " + kernels.lanes() + " " + kernels.isVector());
                Span y = Span.allocate(DType.F32, 100);
                kernels.elementwise().unary(Unary.EXP, 0, 0, y, y);
                System.out.println("exp(0) = " + y.get(99));
                System.out.println(Kernels.vector(workers).isVector());
            } catch (IllegalStateException | IllegalArgumentException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    /** Standard output and error of a Java that runs {@link Probe}, without the JVM's own note about incubator modules. */
    private static List<String> probe(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path")));
        command.addAll(1, Arrays.asList(options));
        command.add(Probe.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines;
        try (var reader = process.inputReader()) {
            lines = reader.lines().filter(line -> !line.contains("Using incubator modules")).toList();
        }
        process.waitFor();
        return lines;
    }

    @Test
    @Tag("once")
    void withoutTheModuleItIsScalarAndSaysSoOnce() throws Exception {
        List<String> lines = probe();
        assertEquals(1, lines.stream().filter(line -> line.contains("WARNING") && line.contains(FLAG)).count(), lines::toString);
        assertTrue(lines.contains("scalar, 2 threads, exact: jdk.incubator.vector is missing; add " + FLAG), lines::toString);
        assertTrue(lines.contains("scalar, 2 threads, fast: jdk.incubator.vector is missing; add " + FLAG), lines::toString);
        assertTrue(lines.contains("lanes 1 false"), lines::toString);
        assertTrue(lines.contains("exp(0) = 1.0"), lines::toString);
        assertTrue(lines.getLast().startsWith("vector kernels are not available") && lines.getLast().endsWith(FLAG), lines::toString);
    }

    @Test
    @Tag("once")
    void withTheModuleItIsVectorAndSaysNothing() throws Exception {
        List<String> lines = probe("--add-modules=jdk.incubator.vector");
        assertEquals(5, lines.size(), lines::toString);
        assertTrue(lines.getFirst().startsWith("vector (F32: "), lines::toString);
        assertTrue(lines.getFirst().endsWith("2 threads, exact: jdk.incubator.vector is present"), lines::toString);
        assertTrue(lines.get(1).contains(", fast: "), lines::toString);
        assertEquals("true", lines.getLast());
    }

    @Test
    @Tag("once")
    void vectorsTooShortToHelpAreLeftAlone() throws Exception {
        List<String> lines = probe("--add-modules=jdk.incubator.vector", "-XX:MaxVectorSize=8");
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("scalar, 2 threads, exact: vectors of 64 bits")), lines::toString);
        assertTrue(lines.contains("exp(0) = 1.0"), lines::toString);
    }

    @Test
    @Tag("once")
    void aPropertyForcesOne() throws Exception {
        List<String> scalar = probe("-Dsteppe.kernels=scalar");
        assertTrue(scalar.getFirst().startsWith("scalar, 2 threads"), scalar::toString);
        assertFalse(scalar.toString().contains("WARNING"), scalar::toString);
        List<String> vector = probe("-Dsteppe.kernels=vector");
        assertTrue(vector.size() == 1 && vector.getFirst().endsWith(FLAG), vector::toString);
        List<String> nonsense = probe("-Dsteppe.kernels=fast");
        assertEquals(List.of("-Dsteppe.kernels=fast: expected scalar or vector"), nonsense);
    }

    @Test
    void defaultsAreMadeOnce() {
        assertSame(Kernels.defaults(), Kernels.defaults());
        assertEquals(Runtime.getRuntime().availableProcessors(), Kernels.defaults().workers().threads());
        assertEquals(Runs.VECTOR, Kernels.defaults().isVector());
        assertEquals(Kernels.Mode.EXACT, Kernels.defaults().mode());
    }

    @Test
    void anotherModeSharesThreadsAndPool() {
        try (Workers workers = Workers.of(1)) {
            Kernels exact = Kernels.scalar(workers);
            Kernels fast = exact.with(Kernels.Mode.FAST);
            assertNotSame(exact, fast);
            assertSame(workers, fast.workers());
            assertSame(exact.spans(), fast.spans());
            assertEquals(Kernels.Mode.FAST, fast.mode());
            assertEquals("scalar, 1 thread, fast: asked for", fast.describe());
            assertThrows(NullPointerException.class, () -> exact.with(null));
        }
    }
}
