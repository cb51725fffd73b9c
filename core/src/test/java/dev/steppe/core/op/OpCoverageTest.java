package dev.steppe.core.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.steppe.core.Op;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No op without samples, a zero-size case and error inputs. */
class OpCoverageTest {
    @Test
    void everyOpOfThePackageHasACase() throws IOException, URISyntaxException {
        Path classes = Path.of(Op.class.getProtectionDomain().getCodeSource().getLocation().toURI()).resolve("dev/steppe/core/op");
        Set<String> ops = new TreeSet<>();
        try (Stream<Path> files = Files.list(classes)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                Class<?> type = load(file.getFileName().toString().replace(".class", ""));
                if (Op.class.isAssignableFrom(type) && !type.isInterface()) {
                    ops.add(type.getSimpleName());
                }
            }
        }
        assertFalse(ops.isEmpty(), "no op found in " + classes);
        assertEquals(ops, OpCases.ops().stream().map(OpCase::name).collect(Collectors.toCollection(TreeSet::new)));
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName("dev.steppe.core.op." + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void everyCaseIsOfItsOpAndHasErrors() {
        for (OpCase c : OpCases.ops()) {
            assertEquals(c.name(), c.samples().apply(new Draw(1)).op().getClass().getSimpleName());
            assertEquals(c.name(), c.empty().apply(new Draw(1)).op().getClass().getSimpleName());
        }
        for (OpCase c : OpCases.all()) {
            assertFalse(c.errors().isEmpty(), c.name());
        }
    }
}
