package dev.steppe.cli.run;

import dev.steppe.cli.option.OutOfMemoryException;
import dev.steppe.core.Batch;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.SpanPool;
import dev.steppe.kernels.Workers;
import dev.steppe.optim.Optimizer;
import java.util.function.Function;

/**
 * How much memory the arrays of a training step will take, before the first one: what two steps of few images take grows in proportion to the number of
 * images. The few are whole batches halved, because {@link SpanPool} rounds lengths in proportion, too.
 */
final class PlannedMemory {
    /** Few enough that it costs no time, many enough that kernels cut them into tiles as they do with the whole batch. */
    private static final int SHARE = 16;
    private static final int FEWEST = 2;

    private PlannedMemory() {
    }

    /**
     * Peak bytes of the arrays of one step, parameters and optimizer state aside.
     *
     * @param batch images per step
     * @param image shape of one
     * @param optimizer makes the optimizer that trains with the given kernels; its steps are thrown away
     */
    static long bytes(int batch, Shape image, Workers workers, Kernels.Mode plans, Function<Kernels, Optimizer> optimizer) {
        int few = Math.max(FEWEST, Math.ceilDiv(batch, SHARE));
        if (2 * few >= batch) {
            return stepBytes(batch, image, Kernels.on(workers).with(plans), optimizer);
        }
        long first = stepBytes(few, image, Kernels.on(workers).with(plans), optimizer);
        long second = stepBytes(2 * few, image, Kernels.on(workers).with(plans), optimizer);
        return first + Math.max(0, second - first) * (batch - few) / few;
    }

    private static long stepBytes(int n, Shape image, Kernels kernels, Function<Kernels, Optimizer> optimizer) {
        int[] dims = new int[image.rank() + 1];
        dims[0] = n;
        System.arraycopy(image.dims(), 0, dims, 1, image.rank());
        optimizer.apply(kernels).step(Batch.of(Tensor.zeros(DType.F32, Shape.of(dims)), Tensor.of(Shape.of(n), new int[n])));
        return kernels.spans().allocatedBytes();
    }

    /** @throws OutOfMemoryException if so many bytes do not fit into the heap */
    static void requireToFit(long bytes, int batch) {
        if (bytes > Runtime.getRuntime().maxMemory()) {
            throw new OutOfMemoryException(bytes, batch);
        }
    }
}
