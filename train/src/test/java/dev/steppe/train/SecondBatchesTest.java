package dev.steppe.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.steppe.data.ArrayDataset;
import dev.steppe.data.Dataset;
import dev.steppe.data.Loader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SecondBatchesTest {
    private static final int PER_EPOCH = 5;

    @Test
    void areAFunctionOfTheStepAlone() {
        Dataset data = ArrayDataset.of("rows", new float[20][1], IntStream.range(0, 20).map(i -> i % 2).toArray());
        List<int[]> inOrder = new ArrayList<>();
        try (Loader loader = Loader.training(data, 4, 9)) {
            SecondBatches batches = new SecondBatches(loader);
            for (int step = 0; step < 3 * PER_EPOCH; step++) {
                inOrder.add(batches.batch(step).ids().clone());
                assertSame(batches.batch(step), batches.batch(step), "asked for again");
            }
        }
        try (Loader loader = Loader.training(data, 4, 9)) {
            SecondBatches batches = new SecondBatches(loader);
            for (int step : new int[] {7, 8, 3, 14, 0, 3, 4, 5}) {
                assertArrayEquals(inOrder.get(step), batches.batch(step).ids(), "step " + step);
            }
            assertEquals(new Loader.Position(1, 1), loader.position());
        }
        assertNotEquals(List.of(inOrder.get(0)[0], inOrder.get(0)[1]), List.of(inOrder.get(PER_EPOCH)[0], inOrder.get(PER_EPOCH)[1]));
    }
}
