package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import org.junit.jupiter.api.Test;

/** The memory of a forward alone: what a block needs, not what all layers computed. */
class InferenceMemoryTest {
    private static final int N = 8;

    @Test
    void depthTakesNone() {
        long shallow = bytes("resnet20");
        assertEquals(shallow, bytes("resnet56"));
        assertTrue(shallow < 12L * N * 32 * 32 * 16 * Float.BYTES, shallow + " bytes");
    }

    /** What a forward of N images takes from the pool. */
    private static long bytes(String name) {
        Layer model = Models.named(name, 3, 10);
        Kernels kernels = Kernels.on(Workers.of(1));
        Batch batch = Batch.of(Tensor.zeros(DType.F32, Shape.of(N, 32, 32, 3)), Tensor.of(Shape.of(N), new int[N]));
        new Evaluator(kernels, Objective.of(model::forward, Losses::crossEntropy)).losses(batch, model.initialPoint(1),
                Pass.Mode.EVALUATION, RandomKey.of(1));
        assertEquals(kernels.spans().allocatedBytes(), kernels.spans().freeBytes());
        return kernels.spans().allocatedBytes();
    }
}
