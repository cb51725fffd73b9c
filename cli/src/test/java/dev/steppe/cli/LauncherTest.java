package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The script {@code steppe} with a Java and a Maven that only say how they were called. Its list of system folders is moved into a folder of
 * the test, so that no JDK of this machine is found.
 */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    private static final Path SCRIPT = Path.of("..", "steppe");
    private static final List<String> TOOLS = List.of("sh", "dirname", "basename", "readlink", "grep", "find", "head", "cat");

    /** One run: how it ended, what it printed, what Java was given. */
    private record Run(long pid, int exit, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }
    }

    @TempDir
    Path root;
    private Path home;
    private Path tools;
    private final Map<String, String> environment = new TreeMap<>();

    @BeforeEach
    void project() throws IOException {
        home = Files.createDirectories(root.resolve("a folder").resolve("steppe home"));
        tools = Files.createDirectories(root.resolve("tools"));
        for (String tool : TOOLS) {
            Path real = List.of("/bin", "/usr/bin").stream().map(folder -> Path.of(folder, tool)).filter(Files::exists).findFirst()
                    .orElseThrow();
            executable(tools.resolve(tool), "#!/bin/sh\nexec " + real + " \"$@\"\n");
        }
        String script = Files.readString(SCRIPT).replaceAll("(?m)(?<=[ ])/(usr|opt|Library)/(?=[^ ]*\\*)", root + "/$1/");
        executable(home.resolve("steppe"), script);
        for (String module : List.of("kernels", "core", "nn", "optim", "data", "data/sample", "train", "cli")) {
            write(home.resolve(module).resolve("pom.xml"), "");
            write(home.resolve(module).resolve("src/main/java/A.java"), "");
        }
        write(home.resolve("pom.xml"), "");
        write(home.resolve("cli/target/lib/steppe-core-1.jar"), "");
        write(jar(), "");
        Files.setLastModifiedTime(jar(), FileTime.from(Instant.now().plusSeconds(60)));
        environment.put("PATH", tools.toString());
        environment.put("HOME", root.resolve("user").toString());
    }

    private Path jar() {
        return home.resolve("cli/target/steppe-cli-1.jar");
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void executable(Path file, String text) throws IOException {
        write(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A JDK whose {@code java} prints its process id, its own path and its arguments, and exits with STEPPE_TEST_EXIT. */
    private static Path jdk(Path folder, String version) throws IOException {
        executable(folder.resolve("bin/java"),
                "#!/bin/sh\necho $$\necho \"$0\"\nfor a; do echo \"[$a]\"; done\nexit ${STEPPE_TEST_EXIT:-0}\n");
        executable(folder.resolve("bin/javac"), "");
        write(folder.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return folder;
    }

    private Path javaHome() throws IOException {
        Path jdk = jdk(root.resolve("java home"), "25.0.3");
        environment.put("JAVA_HOME", jdk.toString());
        return jdk;
    }

    private void maven(String script) throws IOException {
        executable(tools.resolve("mvn"), "#!/bin/sh\necho \"mvn $* with $JAVA25_HOME\"\n" + script);
    }

    private Run run(String... arguments) throws Exception {
        return run(home.resolve("steppe"), arguments);
    }

    private Run run(Path script, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        Path out = root.resolve("out");
        Path err = root.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile()).redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the launcher hangs");
        return new Run(process.pid(), process.exitValue(), Files.readString(out), Files.readString(err));
    }

    @Test
    void becomesJavaWithTheGivenWordsAndItsExitCode() throws Exception {
        Path jdk = javaHome();
        environment.put("STEPPE_TEST_EXIT", "42");
        Run run = run("train", "--out", "my runs/*", "");
        assertEquals(42, run.exit());
        assertEquals("", run.err());
        assertEquals(Long.toString(run.pid()), run.lines().get(0), "Java has a process of its own: signals would not reach it");
        assertEquals(jdk.resolve("bin/java").toString(), run.lines().get(1));
        assertTrue(run.out().endsWith(
                "[-cp]\n[" + jar() + ":" + home + "/cli/target/lib/*]\n[dev.steppe.cli.Main]\n[train]\n[--out]\n[my runs/*]\n[]\n"),
                run.out());
    }

    @Test
    void worksThroughSymbolicLinks() throws Exception {
        javaHome();
        Path first = Files.createDirectories(root.resolve("x y")).resolve("steppe-link");
        Files.createSymbolicLink(first, Path.of("..", "a folder", "steppe home", "steppe"));
        Path second = Files.createSymbolicLink(root.resolve("second"), first);
        Run run = run(second, "--help");
        assertEquals("", run.err());
        assertTrue(run.out().contains("[" + jar().toRealPath() + ":"), run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "bench", "compare", "survey", "flatness"})
    void whatTrainsOrMeasuresGetsTheMachine(String command) throws Exception {
        javaHome();
        Run run = run("--verbose", command, "step");
        assertTrue(run.lines().containsAll(
                List.of("[--add-modules=jdk.incubator.vector]", "[-XX:MaxRAMPercentage=70]", "[-XX:+UseParallelGC]", "[-Xmn64m]",
                        "[-XX:ObjectAlignmentInBytes=64]")),
                run.out());
    }

    @Test
    void whatTakesAMomentHasTheKernelsAndStartsFast() throws Exception {
        javaHome();
        Run run = run("paths");
        assertTrue(run.lines().containsAll(List.of("[--add-modules=jdk.incubator.vector]", "[-XX:TieredStopAtLevel=1]")), run.out());
        assertFalse(run.out().contains("MaxRAMPercentage"), run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "--version", "optimizers", "trainer"})
    void theOthersDoNot(String command) throws Exception {
        javaHome();
        Run run = run(command);
        assertFalse(run.out().contains("MaxRAMPercentage"), run.out());
        assertTrue(run.lines().contains("[" + command + "]"), run.out());
    }

    @Test
    void passesOptionsAsWordsAfterItsOwn() throws Exception {
        javaHome();
        environment.put("STEPPE_OPTS", "-Xmx2g  o*");
        Run run = run("train");
        int own = run.lines().indexOf("[-XX:MaxRAMPercentage=70]");
        assertTrue(own > 0 && own < run.lines().indexOf("[-Xmx2g]"), run.out());
        assertTrue(run.lines().contains("[o*]"), run.out());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"usr/lib/jvm/temurin-25-jdk-amd64", "opt/java/openjdk", "user/.sdkman/candidates/java/25-tem",
                "user/.jdks/openjdk-25",
                "opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home",
                "Library/Java/JavaVirtualMachines/temurin-25.jdk/Contents/Home",
                "user/Library/Java/JavaVirtualMachines/zulu-25.jdk/Contents/Home"})
    void findsTheJdkInTheUsualFolders(String folder) throws Exception {
        jdk(root.resolve("usr/lib/jvm/java-17"), "17.0.15");
        environment.put("JAVA_HOME", root.resolve("usr/lib/jvm/java-17").toString());
        Path jdk = jdk(root.resolve(folder), "25");
        assertEquals(jdk.resolve("bin/java").toString(), run("--help").lines().get(1));
    }

    @Test
    void findsTheJdkOnPathThroughLinksAndPastOlderOnes() throws Exception {
        Path old = jdk(root.resolve("old"), "17.0.15");
        Path jdk = jdk(root.resolve("new jdk"), "25.0.1");
        Path links = Files.createDirectories(root.resolve("links"));
        Files.createSymbolicLink(links.resolve("java"), jdk.resolve("bin/java"));
        environment.put("PATH", tools + ":" + old.resolve("bin") + ":" + links);
        assertEquals(jdk.toRealPath().resolve("bin/java").toString(), run("--help").lines().get(1));
    }

    @Test
    void saysInOneLineWhatToInstallWhenThereIsNoJdk25() throws Exception {
        jdk(root.resolve("usr/lib/jvm/java-17"), "17.0.15");
        jdk(root.resolve("usr/lib/jvm/java-250"), "250");
        Files.delete(jdk(root.resolve("usr/lib/jvm/jre-25"), "25").resolve("bin/javac"));
        Run run = run("train");
        assertEquals(1, run.exit());
        assertEquals("", run.out());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("steppe: no JDK 25") && run.err().contains("apt install"), run.err());
    }

    @Test
    void buildsWhenThereAreNoJars() throws Exception {
        Path jdk = javaHome();
        Files.delete(jar());
        maven("while [ \"$1\" != -f ]; do shift; done; cd \"${2%/pom.xml}\" && : > cli/target/steppe-cli-1.jar\n");
        Run run = run("--help");
        assertEquals(0, run.exit(), run.err());
        assertTrue(run.err().startsWith("steppe: no jars yet, building"), run.err());
        assertTrue(run.err().contains("mvn -q -B -f " + home + "/pom.xml -pl cli -am"), run.err());
        assertTrue(run.err().contains("with " + jdk), run.err());
        assertTrue(run.lines().contains("[--help]"), run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"pom.xml", "kernels/src/main/java/A.java", "data/sample/src/main/java/A.java", "cli/pom.xml"})
    void buildsWhenASourceIsNewer(String file) throws Exception {
        javaHome();
        maven("");
        assertEquals("", run("--help").err(), "nothing is newer yet");
        Files.setLastModifiedTime(home.resolve(file), FileTime.from(Instant.now().plusSeconds(120)));
        Run run = run("--help");
        assertTrue(run.err().startsWith("steppe: the jars are older than the sources, building"), run.err());
        assertTrue(run.lines().contains("[--help]"), run.out());
    }

    @Test
    void startsNothingWhenTheBuildFails() throws Exception {
        javaHome();
        Files.delete(jar());
        maven("exit 7\n");
        Run run = run("train");
        assertEquals(1, run.exit());
        assertEquals("", run.out());
        assertTrue(run.err().endsWith("steppe: the build failed, see above\n"), run.err());
    }

    @Test
    void saysWhatToInstallWhenThereIsNoMaven() throws Exception {
        javaHome();
        Files.delete(jar());
        Run run = run("train");
        assertEquals(1, run.exit());
        assertTrue(run.err().contains("Maven is missing; install it"), run.err());
    }
}
