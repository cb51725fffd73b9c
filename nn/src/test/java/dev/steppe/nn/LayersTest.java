package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.BatchStatistics;
import dev.steppe.core.Buffers;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayersTest {
    @Test
    void linearMultipliesByRowsOfInputs() {
        Linear layer = new Linear(3, 2);
        Parameters p = with(layer, 1, 2, 3, 4, 5, 6, 10, 20);
        Tensor x = Tensor.of(Shape.of(2, 3), 1.0, 0.0, -1.0, 2.0, 1.0, 0.0);
        assertArrayEquals(new double[] {1 - 5 + 10, 2 - 6 + 20, 2 + 3 + 10, 4 + 4 + 20}, Run.evaluate(layer, p, x).toDoubles());
        assertEquals(Shape.of(2), Run.evaluate(layer, p, Tensor.of(Shape.of(3), 1.0, 0.0, -1.0)).shape());
        assertEquals(Shape.of(2, 1, 2), Run.evaluate(layer, p, x.reshape(2, 1, 3)).shape());
        Linear plain = layer.noBias().initialised(Initialiser.constant(2));
        assertArrayEquals(new double[] {0, 0, 6, 6}, Run.evaluate(plain, plain.initialPoint(0, DType.F64), x).toDoubles());
        ShapeException e = assertThrows(ShapeException.class, () -> Run.evaluate(layer, p, Tensor.zeros(DType.F64, Shape.of(2, 4))));
        assertEquals("linear: input [2,4] should end in 3 (weight [3,2])", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"4,6,3,1,1,1,1,true", "4,6,3,2,1,1,2,true", "4,4,3,1,2,2,4,false", "4,8,1,2,0,1,1,false", "4,2,2,3,1,1,2,true"})
    void convolutionIsTheFormula(int in, int out, int kernel, int stride, int padding, int dilation, int groups, boolean bias) {
        Conv2d chain = new Conv2d(in, out, kernel).stride(stride).padding(padding).dilation(dilation).groups(groups);
        Conv2d layer = bias ? chain : chain.noBias();
        Parameters p = layer.initialPoint(3, DType.F64);
        Tensor w = p.space().view(p.point(), p.space().segment("weight"));
        assertEquals(Shape.of(kernel, kernel, in / groups, out), w.shape());
        int size = 7;
        Tensor x = Run.normal(DType.F64, Shape.of(2, size, size, in), 4);
        Tensor y = Run.evaluate(layer, p, x);
        int side = (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
        assertEquals(Shape.of(2, side, side, out), y.shape());
        for (int i = 0; i < y.size(); i++) {
            int k = i % out;
            int column = i / out % side * stride - padding;
            int row = i / out / side % side * stride - padding;
            int image = i / out / side / side;
            double sum = bias ? p.space().view(p.point(), p.space().segment("bias")).get(k) : 0;
            for (int r = 0; r < kernel; r++) {
                for (int c = 0; c < kernel; c++) {
                    int h = row + r * dilation;
                    int v = column + c * dilation;
                    for (int j = 0; j < in / groups && h >= 0 && h < size && v >= 0 && v < size; j++) {
                        int channel = k / (out / groups) * (in / groups) + j;
                        sum += x.get(((image * size + h) * size + v) * in + channel)
                                * w.get(((r * kernel + c) * (in / groups) + j) * out + k);
                    }
                }
            }
            assertEquals(sum, y.get(i), 1e-12, "element " + i);
        }
    }

    @Test
    void batchNormUsesTheBatchInTrainingAndCollectsItOnce() {
        BatchNorm2d layer = new BatchNorm2d(2, 0.5, 0.25);
        Parameters p = with(layer, 2, 3, -1, 1);
        Tensor x = Tensor.of(Shape.of(1, 2, 2, 2), 1.0, 5.0, 2.0, 5.0, 3.0, 5.0, 6.0, 5.0);
        double[] mean = {3, 5};
        double[] variance = {3.5, 0};
        assertArrayEquals(normalised(x, mean, variance, 0.5), Run.forward(layer, p, x, Pass.Mode.TRAINING, 0).toDoubles(), 1e-14);

        Map<?, BatchStatistics> collected = collected(layer, p, x, Pass.Mode.TRAINING);
        BatchStatistics seen = collected.values().iterator().next();
        assertEquals(4, seen.count());
        assertArrayEquals(mean, seen.mean(), 1e-14);
        assertArrayEquals(variance, seen.variance(), 1e-14);
        assertTrue(collected(layer, p, x, Pass.Mode.TRAINING_FROZEN_STATISTICS).isEmpty());
        assertTrue(collected(layer, p, x, Pass.Mode.EVALUATION).isEmpty());

        try (Tape tape = Tape.inference(Kernels.defaults())) {
            Pass pass = new Pass(tape, p, Pass.Mode.TRAINING, RandomKey.of(0));
            layer.forward(tape.constant(x), pass);
            Buffers after = p.buffers().updated(pass.collected());
            double[] running = {0.25 * 3, 0.25 * 5};
            double[] runningVariance = {0.75 + 0.25 * 3.5 * 4 / 3, 0.75};
            assertArrayEquals(normalised(x, running, runningVariance, 0.5),
                    Run.evaluate(layer, new Parameters(p.space(), p.point(), after), x).toDoubles(), 1e-14);
        }
        ShapeException e = assertThrows(ShapeException.class,
                () -> Run.forward(layer, p, Tensor.zeros(DType.F64, Shape.of(1, 1, 1, 2)), Pass.Mode.TRAINING, 0));
        assertEquals("batchNorm2d: training needs two values per channel or more, got 1 (x [1,1,1,2], 2 channels)", e.getMessage());
    }

    @Test
    void layerNormNormalisesEachRow() {
        LayerNorm layer = new LayerNorm(2);
        Parameters p = with(layer, 2, 3, -1, 1);
        double s = 1 / Math.sqrt(1 + 1e-5);
        assertArrayEquals(new double[] {-2 * s - 1, 3 * s + 1, 2 * s - 1, -3 * s + 1},
                Run.evaluate(layer, p, Tensor.of(Shape.of(2, 2), 1.0, 3.0, 9.0, 7.0)).toDoubles(), 1e-14);
    }

    @Test
    void dropoutMasksDependOnTheKeyAndThePathAlone() {
        Sequential two = new Sequential(new Dropout(0.25), Layers.relu(), new Sequential(new Dropout(0.25)));
        Parameters p = two.initialPoint(0);
        Tensor ones = Tensor.full(DType.F32, Shape.of(100, 100), 1);
        Function<Long, float[]> outer = key -> Run.forward(two.children().get("0"), p, ones, Pass.Mode.TRAINING, key).toFloats();
        float[] first = outer.apply(1L);
        assertArrayEquals(first, outer.apply(1L), "the same in every pass of a step");
        assertArrayEquals(first,
                Run.forward(two.children().get("0"), p, ones, Pass.Mode.TRAINING_FROZEN_STATISTICS, 1).toFloats());
        assertNotEquals(Arrays.hashCode(first), Arrays.hashCode(outer.apply(2L)), "another step, another mask");
        float[] inner = Run.forward(two.children().get("2"), p, ones, Pass.Mode.TRAINING, 1).toFloats();
        assertNotEquals(Arrays.hashCode(first), Arrays.hashCode(inner), "another layer, another mask");
        int kept = 0;
        for (float x : first) {
            assertTrue(x == 0 || x == 1 / 0.75f, "got " + x);
            kept += x == 0 ? 0 : 1;
        }
        assertEquals(7500, kept, 5 * Math.sqrt(10_000 * 0.25 * 0.75));
        float[] both = Run.forward(two, p, ones, Pass.Mode.TRAINING, 1).toFloats();
        for (int i = 0; i < both.length; i++) {
            assertEquals(first[i] * inner[i], both[i], 1e-6f);
        }
        assertArrayEquals(ones.toFloats(), Run.evaluate(two, p, ones).toFloats());
        assertThrows(IllegalArgumentException.class, () -> new Dropout(1));
        assertThrows(IllegalArgumentException.class, () -> new Dropout(Double.NaN));
    }

    @Test
    void layersWithoutWeightsComputeWhatTheirNamesSay() {
        Tensor x = Tensor.of(Shape.of(1, 2, 2, 2), -1.0, 0.5, 2.0, -3.0, 0.0, 1.0, 4.0, -0.5);
        Map<Layer, Function<Double, Double>> maps = Map.of(Layers.relu(), v -> Math.max(v, 0), Layers.leakyRelu(0.1),
                v -> v > 0 ? v : 0.1 * v,
                Layers.sigmoid(), v -> 1 / (1 + Math.exp(-v)), Layers.tanh(), Math::tanh, Layers.silu(), v -> v / (1 + Math.exp(-v)));
        maps.forEach(
                (layer, f) -> assertArrayEquals(Arrays.stream(x.toDoubles()).map(f::apply).toArray(), evaluate(layer, x).toDoubles(), 1e-14,
                        layer.kind()));
        assertEquals(0.8413447460685429, evaluate(Layers.gelu(), Tensor.scalar(DType.F64, 1)).item(), 1e-12);
        assertArrayEquals(new double[] {4, 1}, evaluate(Layers.maxPool(2, 2, 0), x).toDoubles());
        assertArrayEquals(new double[] {1.25, -0.5}, evaluate(Layers.averagePool(2, 2, 0), x).toDoubles());
        Tensor mean = evaluate(Layers.globalAveragePool(), x);
        assertEquals(Shape.of(1, 2), mean.shape());
        assertArrayEquals(new double[] {1.25, -0.5}, mean.toDoubles());
        assertEquals(Shape.of(1, 8), evaluate(Layers.flatten(), x).shape());
        assertEquals(Shape.of(0, 12), evaluate(Layers.flatten(), Tensor.zeros(DType.F64, Shape.of(0, 4, 3))).shape());
    }

    @Test
    void anMlpIsLinearLayersWithReluBetweenThem() {
        Sequential mlp = Layers.mlp(1, 2, 1);
        Parameters p = with(mlp, 1, -1, 0, 0, 1, 1, 0);
        assertArrayEquals(new double[] {3, 2}, Run.evaluate(mlp, p, Tensor.of(Shape.of(2, 1), 3.0, -2.0)).toDoubles(), "|x|");
        assertThrows(IllegalArgumentException.class, () -> Layers.mlp(3));
    }

    @Test
    void impossibleLayersAreRefused() {
        List<Runnable> wrong = List.of(() -> new Linear(0, 1), () -> new Linear(1, -1), () -> new Conv2d(1, 1, 0),
                () -> new Conv2d(0, 1, 1),
                () -> new Conv2d(1, 1, 1).stride(0), () -> new Conv2d(1, 1, 1).padding(-1), () -> new Conv2d(1, 1, 1).dilation(0),
                () -> new Conv2d(4, 6, 1).groups(4), () -> new Conv2d(3, 4, 1).groups(2), () -> new Conv2d(1, 1, 1).groups(0),
                () -> new BatchNorm2d(0), () -> new BatchNorm2d(1, 0, 0.1), () -> new BatchNorm2d(1, 1e-5, 0),
                () -> new BatchNorm2d(1, 1e-5, 1.1),
                () -> new LayerNorm(0));
        wrong.forEach(layer -> assertThrows(IllegalArgumentException.class, layer::run));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> new Conv2d(4, 6, 1).groups(4));
        assertEquals("conv2d: 4 groups do not divide 4 input and 6 output channels", e.getMessage());
    }

    private static Map<?, BatchStatistics> collected(Layer layer, Parameters p, Tensor x, Pass.Mode mode) {
        try (Tape tape = Tape.inference(Kernels.defaults())) {
            Pass pass = new Pass(tape, p, mode, RandomKey.of(0));
            layer.forward(tape.constant(x), pass);
            return pass.collected();
        }
    }

    /** Of two channels with scales 2 and 3, shifts -1 and 1. */
    private static double[] normalised(Tensor x, double[] mean, double[] variance, double epsilon) {
        double[] y = x.toDoubles();
        for (int i = 0; i < y.length; i++) {
            int c = i % 2;
            y[i] = (y[i] - mean[c]) / Math.sqrt(variance[c] + epsilon) * (2 + c) + (2 * c - 1);
        }
        return y;
    }

    private static Tensor evaluate(Layer layer, Tensor x) {
        return Run.evaluate(layer, layer.initialPoint(0, DType.F64), x);
    }

    private static Parameters with(Layer layer, double... numbers) {
        return new Parameters(layer.space(), Tensor.of(Shape.of(numbers.length), numbers), layer.initialBuffers(DType.F64));
    }
}
