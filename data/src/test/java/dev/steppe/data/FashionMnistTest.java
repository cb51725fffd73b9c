package dev.steppe.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.core.FormatException;
import dev.steppe.core.Shape;
import dev.steppe.kernels.Span;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded sample, and the full set where it is installed. */
class FashionMnistTest {
    private static final String SAMPLE = "dev/steppe/data/sample/";
    private static final List<String> FILES = List.of("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte");

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = FashionMnistTest.class.getClassLoader().getResourceAsStream(SAMPLE + name)) {
            return in.readAllBytes();
        }
    }

    private static int[] repeated(int value) {
        int[] counts = new int[10];
        Arrays.fill(counts, value);
        return counts;
    }

    @Test
    void theSampleHasSoManyOfEachClass() {
        TrainTest data = FashionMnist.sample();
        assertArrayEquals(repeated(1_000), data.train().labelCounts());
        assertArrayEquals(repeated(200), data.test().labelCounts());
        assertEquals(Shape.of(28, 28, 1), data.test().inputShape());
        assertEquals("Ankle boot", data.train().classNames().get(data.train().label(0)));
    }

    @Test
    void licenceAndHashesAreBesideIt() throws IOException {
        assertTrue(new String(resource("LICENSE"), StandardCharsets.UTF_8).contains("Copyright (c) 2017 Zalando SE"));
        List<String> sums = new String(resource("SHA256SUMS"), StandardCharsets.UTF_8).lines().toList();
        int size = 0;
        for (int i = 0; i < FILES.size(); i++) {
            byte[] packed = resource(FILES.get(i) + ".gz");
            size += packed.length;
            try (InputStream in = new Gunzip(FILES.get(i), new java.io.ByteArrayInputStream(packed))) {
                assertEquals(new ContentHash().bytes(in.readAllBytes()).hex() + "  " + FILES.get(i), sums.get(i));
            }
        }
        assertTrue(size < 6_000_000, size + " bytes");
    }

    /** The sample is found on a module path, too: the same classes in a layer of modules, beside those of the class path. */
    @Test
    void theSampleIsFoundAmongModules() throws Exception {
        ModuleFinder finder = ModuleFinder.of(home(Span.class), home(Shape.class), home(Dataset.class), sampleHome());
        Configuration modules = ModuleLayer.boot().configuration().resolve(finder, ModuleFinder.of(),
                Set.of("dev.steppe.data", "dev.steppe.data.sample"));
        ModuleLayer layer = ModuleLayer.boot().defineModulesWithOneLoader(modules, ClassLoader.getPlatformClassLoader());
        Class<?> named = layer.findLoader("dev.steppe.data").loadClass(FashionMnist.class.getName());
        assertEquals("dev.steppe.data", named.getModule().getName());
        Object data = named.getMethod("sample").invoke(null);
        assertEquals(FashionMnist.sample().toString(), data.toString());
    }

    /** The folder of classes ({@code mvn test}) or the jar ({@code mvn verify}) that holds the sample. */
    private static Path sampleHome() throws Exception {
        URL licence = FashionMnistTest.class.getClassLoader().getResource(SAMPLE + "LICENSE");
        if (licence.openConnection() instanceof JarURLConnection jar) {
            return Path.of(jar.getJarFileURL().toURI());
        }
        return Path.of(licence.toURI()).resolve("../../../../..").normalize();
    }

    private static Path home(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    @Test
    void aFileOfOtherContentIsRefusedWithBothHashes(@TempDir Path folder) throws IOException {
        byte[] images = resource(FILES.getFirst() + ".gz");
        byte[] labels = resource(FILES.get(1) + ".gz");
        TestFiles.write(folder.resolve(FILES.getFirst() + ".gz"), images);
        TestFiles.write(folder.resolve(FILES.get(1) + ".gz"), labels);
        FormatException e = assertThrows(FormatException.class, () -> FashionMnist.full(folder));
        assertTrue(e.getMessage().contains(FILES.getFirst())
                && e.getMessage().contains("d33512cfdc636a0d8972818e6659995be209a88891df7fa2109d7895922c8985")
                && e.getMessage().contains("c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"), e.getMessage());
    }

    @Test
    void theSampleIsTheFirstOfEachClassOfTheFullSet() throws IOException {
        assumeTrue(Files.isDirectory(FashionMnist.DEBIAN_FOLDER), "Debian's package dataset-fashion-mnist is not installed");
        TrainTest full = FashionMnist.full();
        assertArrayEquals(repeated(6_000), full.train().labelCounts());
        assertArrayEquals(repeated(1_000), full.test().labelCounts());
        TrainTest sample = FashionMnist.sample();
        assertFirstOfEachClass(full.train(), 1_000, sample.train());
        assertFirstOfEachClass(full.test(), 200, sample.test());
    }

    private static void assertFirstOfEachClass(Dataset full, int perClass, Dataset sample) {
        int[] seen = new int[10];
        float[] expected = new float[784];
        float[] found = new float[784];
        int next = 0;
        for (int i = 0; i < full.size(); i++) {
            if (seen[full.label(i)]++ < perClass) {
                full.copy(i, expected, 0);
                sample.copy(next, found, 0);
                assertArrayEquals(expected, found);
                assertEquals(full.label(i), sample.label(next++));
            }
        }
        assertEquals(sample.size(), next);
    }

    @Test
    void unpackedFilesAreReadToo(@TempDir Path folder) throws IOException {
        assumeTrue(Files.isDirectory(FashionMnist.DEBIAN_FOLDER), "Debian's package dataset-fashion-mnist is not installed");
        for (String file : FILES) {
            try (InputStream in = new Gunzip(file, Files.newInputStream(FashionMnist.DEBIAN_FOLDER.resolve(file + ".gz")))) {
                Files.copy(in, folder.resolve(file));
            }
        }
        assertEquals(FashionMnist.full().test().sha256(), FashionMnist.full(folder).test().sha256());
    }
}
