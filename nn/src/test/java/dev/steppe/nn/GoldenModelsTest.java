package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three ResNets, and tiny instances of the other models, against reference values that PyTorch computed in float64 (the files tell how): logits, loss, gradients,
 * running statistics after one training forward, and evaluation logits with these.
 */
class GoldenModelsTest {
    /** A gradient of norm 0 is one that cancels out; what is left of it is rounding. */
    private static final double ROUNDING = 1e-6;

    private final Json golden = Json.resource("/golden/models.json").get("cases");
    private final Json tiny = Json.resource("/golden/more-models.json").get("cases");

    static List<Arguments> tinyModels() {
        VisionTransformer.Options vit = new VisionTransformer.Options(16, 2, 2, 4, 16, VisionTransformer.Pooling.MEAN, 3, 10);
        VisionTransformer.Options withToken = new VisionTransformer.Options(16, 2, 4, 4, 12, VisionTransformer.Pooling.CLASS_TOKEN, 3, 10);
        return List.of(Arguments.of("vgg11-bn", new Vgg(Vgg.Options.of(11, 10).width(4))),
                Arguments.of("pyramidnet8-7", PyramidNet.of(8, 7, 10)), Arguments.of("wrn10-1", WideResNet.of(10, 1, 10)),
                Arguments.of("vit-mean", new VisionTransformer(vit)), Arguments.of("vit-token", new VisionTransformer(withToken)));
    }

    @ParameterizedTest
    @MethodSource("tinyModels")
    void tinyModelsAgree(String name, Layer model) {
        Json expected = tiny.get(name);
        agrees(expected, model, Kernels.defaults(), DType.F64, 1e-10);
        agrees(expected, model, Kernels.defaults(), DType.F32, 1e-4);
        agrees(expected, model, Kernels.defaults().with(Kernels.Mode.FAST), DType.F32, 1e-3);
        try (Workers workers = Workers.of(1)) {
            agrees(expected, model, Kernels.scalar(workers), DType.F32, 1e-4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet8", "resnet20", "resnet18"})
    void inF64(String name) {
        agrees(name, Kernels.defaults(), DType.F64, 1e-10);
    }

    /** The scalar kernels add in an order that is the same everywhere, and meet no {@link Kinks}. */
    @ParameterizedTest
    @ValueSource(strings = {"resnet8", "resnet20", "resnet18"})
    void inF32WithScalarKernels(String name) {
        try (Workers workers = Workers.of(1)) {
            agrees(name, Kernels.scalar(workers), DType.F32, 1e-4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet8", "resnet20", "resnet18"})
    void inF32(String name) {
        agrees(name, Kernels.defaults(), DType.F32, 1e-4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet8", "resnet20", "resnet18"})
    void inF32WithFastPlans(String name) {
        agrees(name, Kernels.defaults().with(Kernels.Mode.FAST), DType.F32, 1e-3);
    }

    private void agrees(String name, Kernels kernels, DType dtype, double tolerance) {
        agrees(golden.get(name), Models.named(name, 3, 10), kernels, dtype, tolerance);
    }

    private static void agrees(Json expected, Layer model, Kernels kernels, DType dtype, double tolerance) {
        ParameterSpace space = model.space();
        assertEquals(expected.get("gradients").keys(), space.segments().stream().map(ParameterSpace.Segment::name).toList());
        Parameters exact = new Parameters(space, point(space, expected.get("a").number()), model.initialBuffers(DType.F64));
        Parameters parameters = new Parameters(space, exact.point().to(dtype), model.initialBuffers(dtype));
        Batch batch = batch(expected.get("batch").integer(), expected.get("size").integer(), dtype);
        Objective.Loss loss = Losses.crossEntropy(Losses.Smoothing.of(expected.get("labelSmoothing").number()));
        Tensor[] logits = new Tensor[1];
        Evaluator evaluator = new Evaluator(kernels, Objective.of((x, pass) -> {
            Tensor y = model.forward(x, pass);
            logits[0] = y.keep();
            return y;
        }, loss));
        Tensor gradient = Tensor.zeros(dtype, Shape.of(space.size()));

        Evaluator.Result result = evaluator.gradient(batch, parameters, Pass.Mode.TRAINING, RandomKey.of(0), gradient);

        assertClose("logits", expected.get("trainLogits").numbers(), logits[0].toDoubles(), tolerance);
        assertClose("loss", new double[] {expected.get("loss").number()}, new double[] {result.loss()}, tolerance);
        Tensor reference = null;
        if (dtype == DType.F32 && kernels.isVector() && model instanceof ResNet) {
            Batch wide = batch(expected.get("batch").integer(), expected.get("size").integer(), DType.F64);
            reference = new Kinks(model, loss).gradient(kernels, exact, wide);
        }
        for (ParameterSpace.Segment s : space.segments()) {
            double[] numbers = PyTorchLayout.write(s.weight(), space.view(gradient, s)).toDoubles();
            if (reference == null) {
                assertGradient(s, expected.get("gradients").get(s.name()), numbers, tolerance);
            } else {
                assertClose(s.name(), PyTorchLayout.write(s.weight(), space.view(reference, s)).toDoubles(), numbers, tolerance);
            }
        }
        Buffers buffers = parameters.buffers().updated(result.collected());
        assertRunning(expected.get("runningAfterOneForward"), buffers, tolerance);
        Tensor outputs = evaluator.evaluate(batch, new Parameters(space, parameters.point(), buffers)).outputs();
        assertClose("evaluation logits", expected.get("evalLogitsAfter").numbers(), outputs.toDoubles(), tolerance);
    }

    private static void assertGradient(ParameterSpace.Segment s, Json expected, double[] numbers, double tolerance) {
        double[] shape = expected.get("shape").numbers();
        assertEquals(Arrays.stream(shape).mapToObj(d -> String.valueOf((int) d)).collect(Collectors.joining(",", "[", "]")),
                PyTorchLayout.shape(s.weight()).toString(), s.name());
        double norm = expected.get("norm").number();
        if (norm == 0) {
            assertTrue(norm(numbers) <= ROUNDING, s.name() + ": " + norm(numbers) + " is no rounding error");
            return;
        }
        assertEquals(norm, norm(numbers), tolerance * norm, s.name() + ": norm");
        double[] first = expected.get("first").numbers();
        for (int i = 0; i < first.length; i++) {
            assertEquals(first[i], numbers[i], tolerance * norm, s.name() + ": gradient " + i);
        }
        assertEquals(expected.get("last").number(), numbers[numbers.length - 1], tolerance * norm, s.name() + ": last gradient");
    }

    private static void assertRunning(Json expected, Buffers buffers, double tolerance) {
        int compared = 0;
        for (Buffers.Entry e : buffers.entries()) {
            assertClose(e.name() + ": mean", expected.get(e.name() + ".running_mean").numbers(), Arrays.copyOf(e.mean().toDoubles(), 3),
                    tolerance);
            assertClose(e.name() + ": variance", expected.get(e.name() + ".running_var").numbers(),
                    Arrays.copyOf(e.variance().toDoubles(), 3),
                    tolerance);
            assertEquals(1, e.batches());
            compared += 2;
        }
        assertEquals(expected.keys().size(), compared);
    }

    private static void assertClose(String what, double[] expected, double[] actual, double tolerance) {
        double[] difference = new double[expected.length];
        assertEquals(expected.length, actual.length, what);
        Arrays.setAll(difference, i -> expected[i] - actual[i]);
        double relative = norm(difference) / norm(expected);
        assertTrue(relative <= tolerance, what + ": relative difference " + relative + ", allowed " + tolerance);
    }

    private static double norm(double[] x) {
        return Math.sqrt(Arrays.stream(x).map(v -> v * v).sum());
    }

    /** The weights that the file describes; its indices are PyTorch's. */
    private static Tensor point(ParameterSpace space, double a) {
        Tensor point = Tensor.zeros(DType.F64, Shape.of(space.size()));
        for (int t = 0; t < space.segments().size(); t++) {
            ParameterSpace.Segment s = space.segments().get(t);
            Tensor there = Tensor.zeros(DType.F64, PyTorchLayout.shape(s.weight()));
            double fanIn = (double) there.size() / there.shape().dim(0);
            for (int i = 0; i < there.size(); i++) {
                double value = s.shape().rank() > 1
                        ? (hash(i + 1000003 * (t + (long) Math.floor(1000 * a))) / 0x1p32 - 0.5) * Math.sqrt(24 / fanIn)
                        : s.name().endsWith(".weight") ? 1 + 0.1 * Math.sin(a * i + t) : 0.1 * Math.cos(a * i + t);
                there.span().set(i, value);
            }
            PyTorchLayout.read(there, s.weight(), space.view(point, s));
        }
        return point;
    }

    private static long hash(long k) {
        long mask = 0xffffffffL;
        long h = k & mask;
        h = (h ^ (h >> 16)) * 0x7feb352dL & mask;
        h = (h ^ (h >> 15)) * 0x846ca68bL & mask;
        return h ^ (h >> 16);
    }

    private static Batch batch(int n, int size, DType dtype) {
        Tensor x = Tensor.zeros(DType.F64, Shape.of(n, size, size, 3));
        int[] labels = new int[n];
        int place = 0;
        for (int i = 0; i < n; i++) {
            labels[i] = (3 * i + 1) % 10;
            for (int h = 0; h < size; h++) {
                for (int w = 0; w < size; w++) {
                    for (int c = 0; c < 3; c++) {
                        x.span().set(place++, Math.sin(0.7 * i + 1.3 * c + 0.11 * h * (c + 1) + 0.05 * w * (i + 2)));
                    }
                }
            }
        }
        return Batch.of(x.to(dtype), Tensor.of(Shape.of(n), labels));
    }
}
