package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which package names which other, read from the sources: of a constant of another class no class file knows where it is from. */
class PackagesTest {
    private static final String ROOT = "dev.steppe.cli";

    /** Each package below {@link #ROOT}, itself being the empty name, and the packages whose classes it names. */
    private static final Map<String, Set<String>> ARROWS = Map.of(
            "", Set.of("bench", "contest", "run", "option", "report"),
            "bench", Set.of("option", "report"),
            "contest", Set.of("run", "option", "report"),
            "run", Set.of("option", "report"),
            "option", Set.of(),
            "report", Set.of());

    private static final Pattern CLASS = Pattern.compile("\\b" + Pattern.quote(ROOT) + "((?:\\.[a-z]\\w*)*)\\.[A-Z*]");

    private static Map<String, Set<String>> arrows(Path sources) throws IOException {
        Map<String, Set<String>> arrows = new TreeMap<>();
        Path root = sources.resolve(ROOT.replace('.', '/'));
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(file -> file.toString().endsWith(".java")).toList()) {
                String from = root.relativize(file.getParent()).toString().replace('\\', '/').replace('/', '.');
                Set<String> to = arrows.computeIfAbsent(from, name -> new TreeSet<>());
                CLASS.matcher(Files.readString(file)).results().map(PackagesTest::below).filter(name -> !name.equals(from))
                        .forEach(to::add);
            }
        }
        return arrows;
    }

    private static String below(MatchResult name) {
        return name.group(1).isEmpty() ? "" : name.group(1).substring(1);
    }

    @Test
    void theSourcesHoldTheseArrows() throws IOException {
        assertEquals(new TreeMap<>(ARROWS), arrows(Path.of("src", "main", "java")));
    }

    @Test
    void noArrowLeadsBack() {
        Set<String> done = new TreeSet<>();
        while (done.size() < ARROWS.size()) {
            List<String> next = ARROWS.keySet().stream().filter(name -> !done.contains(name) && done.containsAll(ARROWS.get(name)))
                    .toList();
            assertFalse(next.isEmpty(), "packages that use each other, or lead to some: beyond " + done);
            done.addAll(next);
        }
    }
}
