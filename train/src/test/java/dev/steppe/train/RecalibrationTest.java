package dev.steppe.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Buffers;
import dev.steppe.core.Parameters;
import dev.steppe.data.Loader;
import dev.steppe.nn.ModelFile;
import dev.steppe.optim.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that is evaluated away from the trained weights gets the running statistics of that place. */
class RecalibrationTest {
    private static final String SGD = "sgd:learningRate=0.1,momentum=0.9,nesterov=true";

    @TempDir
    Path temp;

    @Test
    void whatIsEvaluatedAndSavedIsTheAverageWithItsOwnStatistics() throws IOException {
        try (Tiny tiny = new Tiny(Recipe.parse("sam:rho=0.1+swa:start=0.3", SGD), 2)) {
            TrainingResult result = tiny.trainer(Tiny.EPOCHS).folder(temp.resolve("run"), Tiny.CARD).run();
            Parameters point = result.parameters();
            assertArrayEquals(tiny.optimizer.evaluationPoint().point().toFloats(), point.point().toFloats());
            assertNotEquals(tiny.optimizer.current().point().get(0), point.point().get(0));
            Loader.Position position = tiny.training.position();
            assertEquals(new Loader.Position(Tiny.EPOCHS, 0), position, "the loader goes on where it was");
            Parameters again = tiny.optimizer.recalibrated(tiny.training);
            Buffers.Entry measured = point.buffers().entries().iterator().next();
            Buffers.Entry expected = again.buffers().entries().iterator().next();
            Buffers.Entry trained = tiny.optimizer.current().buffers().entries().iterator().next();
            assertArrayEquals(expected.mean().toFloats(), measured.mean().toFloats());
            assertArrayEquals(expected.variance().toFloats(), measured.variance().toFloats());
            assertNotEquals(trained.mean().get(0), measured.mean().get(0));
            assertEquals(result.test().loss(), Evaluation.of(tiny.evaluator, point, tiny.testing).loss());
            Parameters saved = ModelFile.read(temp.resolve("run/model.safetensors")).onto(tiny.optimizer.current()).parameters();
            assertArrayEquals(point.point().toFloats(), saved.point().toFloats());
            assertArrayEquals(measured.mean().toFloats(), saved.buffers().entries().iterator().next().mean().toFloats());
        }
    }

    /** An average beside a run changes none of its steps. */
    @Test
    void theRunIsTheOneWithoutTheAverage() throws IOException {
        float[] plain;
        try (Tiny tiny = new Tiny(Recipe.parse("sam:rho=0.1", SGD), 1)) {
            tiny.trainer(Tiny.EPOCHS).run();
            plain = tiny.optimizer.current().point().toFloats();
        }
        try (Tiny tiny = new Tiny(Recipe.parse("sam:rho=0.1+ema+swad", SGD), 1)) {
            tiny.trainer(Tiny.EPOCHS).run();
            assertArrayEquals(plain, tiny.optimizer.current().point().toFloats());
        }
    }

    @Test
    void whoListensNeedsSomethingToHear() throws IOException {
        try (Tiny tiny = new Tiny(Recipe.parse("sam+swad", SGD), 1)) {
            IllegalStateException e = assertThrows(IllegalStateException.class, new Trainer(tiny.optimizer, tiny.training, 1)::run);
            assertTrue(e.getMessage().contains("validation loss"), e.getMessage());
        }
    }
}
