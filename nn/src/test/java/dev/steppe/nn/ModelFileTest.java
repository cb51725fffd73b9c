package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.BatchStatistics;
import dev.steppe.core.Buffers;
import dev.steppe.core.FormatException;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.RunningStatistics;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ModelFileTest {
    private static final ModelCard CARD = new ModelCard("resnet8", List.of(0.25, 0.5, 1e-3), List.of(0.1, 1.0, 3.0),
            List.of("T-shirt/top", "\"quoted\", with comma", "", "naïve 😀"));

    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("model.safetensors");
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void everythingComesBackBitForBit(DType dtype) throws IOException {
        Layer model = small(4);
        Parameters saved = trained(model, dtype);
        ModelFile.save(file, saved, CARD);
        ModelFile read = ModelFile.read(file);
        assertEquals(Optional.of(CARD), read.card());
        Layer other = small(4);
        assertSame(saved, read.parameters(other, dtype));
        byte[] bytes = Files.readAllBytes(file);
        ModelFile.save(file, saved, CARD);
        assertArrayEquals(bytes, Files.readAllBytes(file), "equal contents, equal bytes");
    }

    @Test
    void numbersAreConverted() throws IOException {
        Layer model = small(4);
        Parameters saved = trained(model, DType.F64);
        ModelFile.save(file, saved, CARD);
        assertArrayEquals(saved.point().toFloats(), ModelFile.read(file).parameters(model, DType.F32).point().toFloats());
    }

    @Test
    void theLayoutIsPyTorchs() throws IOException {
        Layer model = new Sequential(new Conv2d(2, 3, 2), new Linear(2, 3), new BatchNorm2d(3));
        Parameters p = model.initialPoint(0, DType.F64);
        for (int i = 0; i < p.point().size(); i++) {
            p.point().span().set(i, i);
        }
        ModelFile.save(file, p, CARD);
        TensorFile content = TensorFile.read(file);
        Tensor filters = content.tensors().get("0.weight");
        assertEquals(Shape.of(3, 2, 2, 2), filters.shape());
        // HWIO [2,2,2,3]: element (h, w, i, o) is number 12 h + 6 w + 3 i + o.
        assertArrayEquals(new double[] {0, 6, 12, 18, 3, 9, 15, 21, 1, 7, 13, 19, 4, 10, 16, 22, 2, 8, 14, 20, 5, 11, 17, 23},
                filters.toDoubles());
        Tensor linear = content.tensors().get("1.weight");
        assertEquals(Shape.of(3, 2), linear.shape());
        assertArrayEquals(new double[] {27, 30, 28, 31, 29, 32}, linear.toDoubles());
        assertEquals(List.of("0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias", "2.running_mean", "2.running_var"),
                new ArrayList<>(content.tensors().keySet()));
        assertEquals(Map.of("2.num_batches_tracked", 0L), content.counters());
        assertEquals("pt", content.metadata().get("format"));
        assertEquals(Map.copyOf(ModelFile.read(file).shapes()).get("1.weight"), Shape.of(3, 2));
    }

    @Test
    void whatDoesNotFitIsNamed() throws IOException {
        ModelFile.save(file, trained(small(4), DType.F32), CARD);
        FormatException e = assertThrows(FormatException.class, () -> ModelFile.read(file).parameters(small(7), DType.F32));
        assertEquals(file + ": does not fit this model: 2 missing (3.weight: model [7,5], file F32[4,5]; 3.bias: model [7], file F32[4]), "
                + "2 superfluous (3.weight: model [7,5], file F32[4,5]; 3.bias: model [7], file F32[4]), see ModelFile.onto for loading a part",
                e.getMessage());
        FormatException all = assertThrows(FormatException.class, () -> ModelFile.read(file).parameters(new Sequential(), DType.F32));
        assertTrue(all.getMessage().contains("9 superfluous (") && all.getMessage().contains("; …)"), all.getMessage());
        Layer more = new Sequential(new Conv2d(3, 5, 3), new BatchNorm2d(5), Layers.globalAveragePool(), new Linear(5, 4),
                new BatchNorm2d(4));
        FormatException fewer = assertThrows(FormatException.class, () -> ModelFile.read(file).parameters(more, DType.F32));
        assertTrue(fewer.getMessage().contains(
                "4 missing (4.weight: model [4], file none; 4.bias: model [4], file none; 4.running_mean: model [4], file none; "),
                fewer.getMessage());
    }

    @Test
    void statisticsAndCountersThatDoNotFitAreNamedWithTheirShapes() throws IOException {
        Layer model = new Sequential(new BatchNorm2d(2));
        Tensor two = Tensor.zeros(DType.F32, Shape.of(2));
        Tensor three = Tensor.zeros(DType.F32, Shape.of(3));
        new TensorFile(Map.of(), Map.of("0.weight", two, "0.bias", two, "0.running_mean", three,
                "0.num_batches_tracked", Tensor.scalar(DType.F32, 1)), Map.of("0.running_var", 7L)).write(file);
        FormatException e = assertThrows(FormatException.class, () -> ModelFile.read(file).parameters(model, DType.F32));
        for (String part : List.of("2 missing (0.running_mean: model [2], file F32[3]; 0.running_var: model [2], file I64[])",
                "3 superfluous (", "0.num_batches_tracked: model I64[], file F32[]")) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
        ModelFile.save(file, model.initialPoint(1), CARD);
        FormatException other = assertThrows(FormatException.class, () -> ModelFile.read(file).parameters(new Sequential(), DType.F32));
        assertTrue(other.getMessage().contains("0.num_batches_tracked: model none, file I64[]"), other.getMessage());
    }

    @Test
    void aSingleLayerIsAModelToo() throws IOException {
        BatchNorm2d model = new BatchNorm2d(2);
        Parameters saved = trained(model, DType.F64);
        ModelFile.save(file, saved, CARD);
        assertEquals(List.of("weight", "bias", "running_mean", "running_var"), new ArrayList<>(ModelFile.read(file).shapes().keySet()));
        assertEquals(List.of("num_batches_tracked"), new ArrayList<>(TensorFile.read(file).counters().keySet()));
        assertSame(saved, ModelFile.read(file).parameters(new BatchNorm2d(2), DType.F64));
    }

    @Test
    void aCardHasAName() {
        assertThrows(NullPointerException.class, () -> new ModelCard(null, CARD.mean(), CARD.deviation(), CARD.classes()));
    }

    @Test
    void aNewHeadIsLeftAsItStarted() throws IOException {
        Parameters saved = trained(small(4), DType.F32);
        ModelFile.save(file, saved, CARD);
        Layer model = small(7);
        Parameters start = model.initialPoint(9);
        Parameters frozen = start.freeze(s -> s.name().startsWith("0."));
        float[] before = start.point().toFloats();
        ModelFile.Match match = ModelFile.read(file).onto(frozen);
        assertEquals(List.of("0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"),
                match.loaded());
        assertEquals(List.of("3.weight", "3.bias"), match.kept());
        assertEquals(List.of("3.weight", "3.bias"), match.unused());
        assertArrayEquals(before, start.point().toFloats(), "what was given is not changed");
        ParameterSpace space = match.parameters().space();
        for (ParameterSpace.Segment s : space.segments()) {
            boolean head = s.name().startsWith("3.");
            Parameters from = head ? start : saved;
            assertArrayEquals(from.space().view(from.point(), from.space().segment(s.name())).toFloats(),
                    space.view(match.parameters().point(), s).toFloats(), s.name());
            assertEquals(s.name().startsWith("0."), s.frozen());
        }
        assertEquals(3, match.parameters().buffers().entries().iterator().next().batches());
    }

    @Test
    void otherNamesCanBeTranslated() throws IOException {
        Layer model = small(4);
        Parameters saved = trained(model, DType.F32);
        ModelFile.save(file, saved, CARD);
        Sequential nested = new Sequential(small(4));
        ModelFile read = ModelFile.read(file);
        assertThrows(FormatException.class, () -> read.parameters(nested, DType.F32));
        assertArrayEquals(saved.point().toFloats(), read.renamed(n -> "0." + n).parameters(nested, DType.F32).point().toFloats());
        assertThrows(IllegalArgumentException.class, () -> read.renamed(n -> "one"));
    }

    @Test
    void aFileWithoutCardOrCountersIsRead() throws IOException {
        Layer model = small(4);
        Parameters saved = trained(model, DType.F32);
        ModelFile.save(file, saved, CARD);
        TensorFile content = TensorFile.read(file);
        new TensorFile(Map.of(), content.tensors(), Map.of()).write(file);
        ModelFile read = ModelFile.read(file);
        assertEquals(Optional.empty(), read.card());
        assertArrayEquals(saved.point().toFloats(), read.parameters(model, DType.F32).point().toFloats());
        assertEquals(0, read.parameters(model, DType.F32).buffers().entries().iterator().next().batches());
        Map<String, Tensor> integers = new HashMap<>(content.tensors());
        integers.put("3.bias", Tensor.of(Shape.of(4), 1, 2, 3, 4));
        new TensorFile(Map.of(), integers, Map.of()).write(file);
        FormatException e = assertThrows(FormatException.class, () -> ModelFile.read(file).parameters(model, DType.F32));
        assertTrue(e.getMessage().contains("3.bias: model [4], file I32[4]"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"steppe.mean | x | Unrecognized token", "steppe.mean | [1,2 | end-of-input",
                "steppe.mean | {} | is no JSON array",
                "steppe.mean | [[1]] | is no flat JSON array", "steppe.mean | [\"a\"] | For input string",
                "steppe.mean | [1] | 1 means and 3 deviations",
                "steppe.mean | | there is no 'steppe.mean'", "steppe.std | [1,0,1] | deviation 0.0 of channel 1",
                "steppe.std | [1,1e999,1] | deviation Infinity", "steppe.classes | | there is no 'steppe.classes'"})
    void aDamagedCardIsRefused(String key, String value, String problem) throws IOException {
        ModelFile.save(file, trained(small(4), DType.F32), CARD);
        TensorFile content = TensorFile.read(file);
        Map<String, String> metadata = new LinkedHashMap<>(content.metadata());
        if (value == null) {
            metadata.remove(key);
        } else {
            metadata.put(key, value);
        }
        new TensorFile(metadata, content.tensors(), content.counters()).write(file);
        FormatException e = assertThrows(FormatException.class, () -> ModelFile.read(file));
        assertTrue(e.getMessage().startsWith(file + ": its metadata is no model card: "), e.getMessage());
        assertTrue(e.getMessage().contains(problem), e.getMessage());
    }

    private static Sequential small(int classes) {
        return new Sequential(new Conv2d(3, 5, 3), new BatchNorm2d(5), Layers.globalAveragePool(), new Linear(5, classes));
    }

    /** Initial weights, and statistics after three batches. */
    private static Parameters trained(Layer model, DType dtype) {
        Parameters p = model.initialPoint(1, dtype);
        Buffers buffers = p.buffers();
        for (int i = 0; i < 3; i++) {
            Map<RunningStatistics, BatchStatistics> seen = new HashMap<>();
            for (Buffers.Entry e : buffers.entries()) {
                seen.put(e.handle(), new BatchStatistics(10, Run.normal(DType.F64, e.mean().shape(), i).toDoubles(),
                        Run.filled(DType.F64, e.mean().shape(), c -> c + 0.1).toDoubles()));
            }
            buffers = buffers.updated(seen);
        }
        return new Parameters(p.space(), p.point(), buffers);
    }

    private static void assertSame(Parameters expected, Parameters actual) {
        assertEquals(expected.point().dtype(), actual.point().dtype());
        assertArrayEquals(expected.point().toDoubles(), actual.point().toDoubles());
        Map<String, Buffers.Entry> buffers = new HashMap<>();
        actual.buffers().entries().forEach(b -> buffers.put(b.name(), b));
        for (Buffers.Entry b : expected.buffers().entries()) {
            assertArrayEquals(b.mean().toDoubles(), buffers.get(b.name()).mean().toDoubles());
            assertArrayEquals(b.variance().toDoubles(), buffers.get(b.name()).variance().toDoubles());
            assertEquals(3, buffers.get(b.name()).batches());
        }
    }
}
