package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.Points;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Models by name learn a few images by heart in a few steps down the gradient, and are saved and loaded with the same bits. The gradient reaches every weight but
 * for shifts that later normalisations take away again: of VGG's convolutions, and along the shortcuts of a PyramidNet.
 */
class TrainingTest {
    private static final int STEPS = 6;

    private final Points points = new Points(Kernels.defaults());

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"resnet8, 0.5, ''", "vgg11-bn, 0.3, features.(0|4|8|11|15|18|22|25).bias", "wrn16-1, 0.5, ''",
        "pyramidnet20-48, 0.5, bn1.bias|.*bn3.bias",
        "vit64-2, 0.3, ''"})
    void learns(String name, double size, String cancelled) throws IOException {
        int side = 16;
        Layer model = Models.named(name, 3, 4);
        Batch batch = Batch.of(Run.normal(DType.F32, Shape.of(8, side, side, 3), 2), Tensor.of(Shape.of(8), 0, 1, 2, 3, 0, 1, 2, 3));
        Parameters at = model.initialPoint(1);
        Evaluator evaluator = new Evaluator(Kernels.defaults(), Objective.of(model, Losses::crossEntropy));
        Tensor gradient = points.zeros(at.point());
        double first = 0;
        double last = 0;
        for (int step = 0; step < STEPS; step++) {
            Evaluator.Result result = evaluator.gradient(batch, at, Pass.Mode.TRAINING, RandomKey.of(step), gradient);
            first = step == 0 ? result.loss() : first;
            last = result.loss();
            if (step == 0) {
                assertReachesAll(at.space(), gradient, cancelled);
            }
            points.axpy(-size / points.norm(gradient), gradient, at.point());
            at = new Parameters(at.space(), at.point(), at.buffers().updated(result.collected()));
        }
        assertTrue(last < 0.8 * first, name + ": loss " + first + ", after " + STEPS + " steps " + last);

        Path file = folder.resolve(name + ".safetensors");
        ModelFile.save(file, at, new ModelCard(name, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0), List.of("a", "b", "c", "d")));
        assertArrayEquals(at.point().toFloats(), ModelFile.read(file).parameters(model, DType.F32).point().toFloats());
        assertArrayEquals(Run.evaluate(model, at, batch.inputs()).toFloats(), Predictor.load(file).logits(batch.inputs()).toFloats());
        Summary summary = Summary.of(model, Shape.of(side, side, 3));
        assertEquals(at.space().size(), summary.rows().stream().mapToLong(Summary.Row::parameters).sum(), "each weight has its row");
    }

    private void assertReachesAll(ParameterSpace space, Tensor gradient, String cancelled) {
        for (ParameterSpace.Segment s : space.segments()) {
            double norm = points.norm(gradient.view(s.offset(), Shape.of(s.size())));
            assertTrue(norm < 1e-5 == s.name().matches(cancelled), s.name() + ": gradient of norm " + norm);
        }
    }
}
