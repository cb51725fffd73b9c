package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.FormatException;
import dev.steppe.core.Parameters;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictorTest {
    private static final ModelCard CARD = new ModelCard("resnet8", List.of(0.5), List.of(0.25),
            IntStream.range(0, 5).mapToObj(i -> "class " + i).toList());

    @TempDir
    private Path folder;

    @Test
    void aSavedModelPredictsWhatTheModelDid() throws IOException {
        Layer model = Models.named("resnet8", 1, 5);
        Parameters p = model.initialPoint(1);
        Path file = folder.resolve("model.safetensors");
        ModelFile.save(file, p, CARD);
        Tensor images = Run.normal(DType.F32, Shape.of(3, 12, 12, 1), 1);
        Tensor normalised = Run.filled(DType.F32, images.shape(), i -> ((float) images.get(i) - 0.5f) / 0.25f);
        float[] expected = Run.evaluate(model, p, normalised).toFloats();

        Predictor predictor = Predictor.load(file);
        assertEquals(CARD, predictor.card());
        assertArrayEquals(expected, predictor.logits(images).toFloats());
        assertArrayEquals(expected, Predictor.load(file, Models.named("resnet8", 1, 5)).logits(images).toFloats());
        assertArrayEquals(expected, Predictor.of(Kernels.defaults(), model, p, CARD).logits(images.to(DType.F64)).toFloats());
        try (Workers workers = Workers.of(1)) {
            assertArrayEquals(expected, predictor.with(Kernels.scalar(workers)).logits(images).toFloats(), 1e-4f);
        }
    }

    @Test
    void oneImageIsABatchOfOne() {
        Predictor predictor = predictor();
        Tensor images = Run.normal(DType.F32, Shape.of(2, 12, 12, 1), 1);
        Tensor second = images.view(144, Shape.of(12, 12, 1));
        Tensor all = predictor.probabilities(images);
        Tensor one = predictor.probabilities(second);
        assertEquals(Shape.of(2, 5), all.shape());
        assertEquals(Shape.of(5), one.shape());
        assertArrayEquals(Arrays.copyOfRange(all.toFloats(), 5, 10), one.toFloats(), 1e-6f);
        assertEquals(1, Arrays.stream(one.toDoubles()).sum(), 1e-6);

        List<Predictor.Prediction> top = predictor.top(second, 3);
        assertEquals(3, top.size());
        double[] sorted = Arrays.stream(one.toDoubles()).sorted().toArray();
        for (int i = 0; i < 3; i++) {
            assertEquals(sorted[4 - i], top.get(i).probability());
            assertEquals(one.get(top.get(i).id()), top.get(i).probability());
            assertEquals("class " + top.get(i).id(), top.get(i).name());
        }
        assertEquals(5, predictor.top(second, 9).size());
    }

    @Test
    void imagesOfAnotherTypeAreConverted() {
        Predictor predictor = predictor();
        Tensor images = Run.normal(DType.F32, Shape.of(2, 12, 12, 1), 1);
        Tensor expected = predictor.probabilities(images);
        Tensor converted = predictor.probabilities(images.to(DType.F64));
        assertEquals(expected.type(), converted.type());
        assertArrayEquals(expected.toFloats(), converted.toFloats());
        assertEquals(Shape.of(5), predictor.probabilities(images.to(DType.F64).view(0, Shape.of(12, 12, 1))).shape());
    }

    @Test
    void manyThreadsGetWhatOneGets() throws Exception {
        Predictor predictor = predictor();
        Tensor images = Run.normal(DType.F32, Shape.of(16, 12, 12, 1), 3);
        float[][] expected = new float[16][];
        for (int i = 0; i < 16; i++) {
            expected[i] = predictor.logits(images.view(144 * i, Shape.of(12, 12, 1))).toFloats();
        }
        List<Callable<float[]>> calls = new ArrayList<>();
        for (int n = 0; n < 6 * 16; n++) {
            Tensor image = images.view(144 * (n % 16), Shape.of(12, 12, 1));
            calls.add(() -> predictor.logits(image).toFloats());
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<float[]>> results = threads.invokeAll(calls);
            for (int n = 0; n < results.size(); n++) {
                assertArrayEquals(expected[n % 16], results.get(n).get());
            }
        }
    }

    @Test
    void aPredictorKeepsItsWeightsWhenTrainingGoesOn() {
        Layer model = Models.named("resnet8", 1, 5);
        Parameters p = model.initialPoint(1);
        Predictor predictor = Predictor.of(Kernels.defaults(), model, p, CARD);
        Tensor image = Run.normal(DType.F32, Shape.of(12, 12, 1), 3);
        float[] before = predictor.logits(image).toFloats();
        p.point().span().set(p.point().size() - 1, 1e6);
        assertArrayEquals(before, predictor.logits(image).toFloats());
    }

    @Test
    void wrongImagesAreRefused() {
        Predictor predictor = predictor();
        for (Shape wrong : List.of(Shape.of(12, 12, 3), Shape.of(1, 12, 12, 3), Shape.of(144), Shape.of(1, 1, 12, 12, 1), Shape.scalar())) {
            ShapeException e = assertThrows(ShapeException.class, () -> predictor.logits(Tensor.zeros(DType.F32, wrong)));
            assertTrue(e.getMessage().endsWith("[h, w, 1], got " + wrong), e.getMessage());
        }
        assertThrows(ShapeException.class, () -> predictor.top(Tensor.zeros(DType.F32, Shape.of(2, 12, 12, 1)), 1));
        assertEquals(Shape.of(0, 5), predictor.probabilities(Tensor.zeros(DType.F32, Shape.of(0, 12, 12, 1))).shape());
    }

    @Test
    void aFileThatDoesNotSayWhatItIsIsRefused() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Parameters p = Models.named("resnet8", 1, 5).initialPoint(1);
        new TensorFile(Map.of("format", "pt"), Map.of("w", p.point()), Map.of()).write(file);
        assertTrue(refused(file).endsWith(": has no model card; weights alone are read with ModelFile.read and used with Predictor.of"));
        ModelFile.save(file, p, new ModelCard("mine", CARD.mean(), CARD.deviation(), CARD.classes()));
        assertTrue(refused(file).contains("no model is named 'mine'"));
        assertEquals(5, Predictor.load(file, Models.named("resnet8", 1, 5)).card().classes().size());
        ModelFile.save(file, p, new ModelCard("resnet14", CARD.mean(), CARD.deviation(), CARD.classes()));
        assertTrue(refused(file).contains("does not fit this model: 30 missing (layer1.1.conv1.weight: model [16,16,3,3], file none"),
                refused(file));
        ModelFile.save(file, p, new ModelCard("resnet8", List.of(), List.of(), CARD.classes()));
        assertTrue(refused(file).contains("input channels must be positive, got 0"), refused(file));
        // more weights than fit in memory, and than a point can have
        empty("vit4096-8", file);
        assertTrue(refused(file).contains("missing (pos_embed: model [1,64,4096], file none"), refused(file));
        empty("vit8192-12", file);
        assertTrue(refused(file).contains("parameter space: more than "), refused(file));
        ModelFile.save(file, p, CARD);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        assertTrue(refused(file).contains("but only"), refused(file));
    }

    private static void empty(String model, Path file) throws IOException {
        new TensorFile(new ModelCard(model, CARD.mean(), CARD.deviation(), CARD.classes()).toMetadata(), Map.of(), Map.of()).write(file);
    }

    private static String refused(Path file) {
        return assertThrows(FormatException.class, () -> Predictor.load(file)).getMessage();
    }

    private static Predictor predictor() {
        Layer model = Models.named("resnet8", 1, 5);
        return Predictor.of(Kernels.defaults(), model, model.initialPoint(1), CARD);
    }
}
