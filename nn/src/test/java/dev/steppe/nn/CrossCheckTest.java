package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.core.BatchStatistics;
import dev.steppe.core.Buffers;
import dev.steppe.core.Parameters;
import dev.steppe.core.RunningStatistics;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files are exchanged with Python, both ways: what PyTorch and the safetensors package write is read here and gives the same logits, and what is written here is
 * read there, by name, and gives the same logits. Needs a Python with torch, numpy and safetensors: the one that {@code -Dsteppe.python=...} names, or
 * {@code python3}; skipped without. {@code -Dsteppe.peer=...} names a Python file with models of other names, see {@code crosscheck.py}.
 */
class CrossCheckTest {
    private static final boolean NIGHTLY = "nightly".equals(System.getProperty("steppe.suite"));
    private static final int FILES = NIGHTLY ? 200 : 40;
    private static final List<String> MODELS = NIGHTLY
            ? List.of("resnet8", "resnet20", "resnet18", "resnet50-imagenet", "wrn16-4", "vgg11-bn", "pyramidnet20-48", "vit128-6")
            : List.of("resnet8", "resnet18", "wrn16-4", "pyramidnet20-48", "vit128-6");
    private static final Path SCRIPT = Path.of("src/test/python/crosscheck.py");

    @TempDir
    private Path folder;

    @Test
    void filesGoBothWays() throws IOException, InterruptedException {
        String python = System.getProperty("steppe.python", "python3");
        assumeTrue(run(python, "-c", "import torch, numpy, safetensors") == 0,
                "skipped: '" + python + "' has no torch, numpy and safetensors; name another one with -Dsteppe.python=...");
        assertEquals(0, script(python, "make"));
        for (int n = 0; n < FILES; n++) {
            TensorFile.read(folder.resolve("random" + n + ".safetensors")).write(folder.resolve("random" + n + ".steppe.safetensors"));
        }
        for (String name : MODELS) {
            read(name);
            write(name);
        }
        assertEquals(0, script(python, "check"));
    }

    private int script(String python, String command) throws InterruptedException, IOException {
        List<String> arguments = new ArrayList<>(List.of(python, SCRIPT.toString(), command, folder.toString(), String.valueOf(FILES)));
        arguments.addAll(MODELS);
        if (System.getProperty("steppe.peer") != null) {
            arguments.addAll(List.of("--peer", System.getProperty("steppe.peer")));
        }
        return run(arguments.toArray(String[]::new));
    }

    /** A model that PyTorch wrote, its images, and the logits that it gave. */
    private void read(String name) throws IOException {
        Layer model = Models.named(name, 3, 10);
        Parameters p = ModelFile.read(folder.resolve(name + ".safetensors")).parameters(model, DType.F32);
        TensorFile io = TensorFile.read(folder.resolve(name + ".io.safetensors"));
        double[] actual = Run.evaluate(model, p, io.tensors().get("images")).toDoubles();
        double[] expected = io.tensors().get("logits").toDoubles();
        double relative = norm(IntStream.range(0, actual.length).mapToDouble(i -> actual[i] - expected[i]).toArray()) / norm(expected);
        System.out.println("{\"model\": \"" + name + "\", \"from\": \"PyTorch\", \"relative\": " + relative + "}");
        assertTrue(relative <= 1e-4, name + ": relative difference " + relative);
    }

    /** The same for Python. */
    private void write(String name) throws IOException {
        Layer model = Models.named(name, 3, 10);
        Parameters initial = model.initialPoint(1);
        Map<RunningStatistics, BatchStatistics> seen = new HashMap<>();
        for (Buffers.Entry e : initial.buffers().entries()) {
            Shape channels = e.mean().shape();
            seen.put(e.handle(), new BatchStatistics(100, Run.normal(DType.F64, channels, 3).toDoubles(),
                    Run.filled(DType.F64, channels, i -> 1.5 + Math.sin(i)).toDoubles()));
        }
        Parameters p = new Parameters(initial.space(), initial.point(), initial.buffers().updated(seen));
        ModelFile.save(folder.resolve(name + ".steppe.safetensors"), p, new ModelCard(name, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0),
                IntStream.range(0, 10).mapToObj(i -> "class " + i).toList()));
        Tensor images = TensorFile.read(folder.resolve(name + ".io.safetensors")).tensors().get("images");
        new TensorFile(Map.of(), Map.of("images", images, "logits", Run.evaluate(model, p, images)), Map.of())
                .write(folder.resolve(name + ".steppe.io.safetensors"));
    }

    private static double norm(double[] x) {
        return Math.sqrt(Arrays.stream(x).map(v -> v * v).sum());
    }

    /** What a program says goes to our output; -1 if there is no such program. */
    private int run(String... command) throws InterruptedException, IOException {
        Path output = folder.resolve("output");
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        } catch (IOException e) {
            return -1;
        }
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        int code = process.waitFor();
        System.out.print(Files.readString(output));
        return code;
    }
}
