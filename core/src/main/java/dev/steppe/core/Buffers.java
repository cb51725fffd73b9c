package dev.steppe.core;

import dev.steppe.kernels.DType;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a model keeps beside its parameters: running means and variances of BatchNorm layers, by name. An immutable value: a pass collects
 * {@link BatchStatistics}, and {@link #updated} gives the buffers after them, so nothing has to be undone when a step fails.
 */
public final class Buffers {
    /**
     * The buffers of one layer.
     *
     * @param name the layer's, in PyTorch's style: {@code layer1.0.bn1}
     * @param handle the layer's handle
     * @param mean {@code [channels]}
     * @param variance {@code [channels]}, of single values (unbiased)
     * @param batches how many updates went into them
     */
    public record Entry(String name, RunningStatistics handle, Tensor mean, Tensor variance, long batches) {
    }

    private final Map<RunningStatistics, Entry> entries;

    private Buffers(Map<RunningStatistics, Entry> entries) {
        this.entries = entries;
    }

    /** Buffers of a model without any. */
    public static Buffers none() {
        return new Buffers(Map.of());
    }

    /** Initial buffers: mean 0, variance 1, no batches. */
    public static Buffers initial(DType dtype, Map<String, RunningStatistics> layers) {
        Map<RunningStatistics, Entry> entries = new LinkedHashMap<>();
        layers.forEach((name, handle) -> entries.put(handle, new Entry(name, handle, Tensor.zeros(dtype, Shape.of(handle.channels())),
                Tensor.full(dtype, Shape.of(handle.channels()), 1), 0)));
        return new Buffers(entries);
    }

    /** The buffers of all layers, in the model's order. */
    public Iterable<Entry> entries() {
        return entries.values();
    }

    /** The buffers of one layer. */
    public Entry of(RunningStatistics handle) {
        Entry e = entries.get(handle);
        if (e == null) {
            throw new IllegalArgumentException("running statistics of " + handle.channels() + " channels are not part of these buffers");
        }
        return e;
    }

    /** These buffers with the numbers of some layers replaced: for loading. */
    public Buffers with(Map<String, Entry> byName) {
        Map<RunningStatistics, Entry> next = new LinkedHashMap<>();
        entries.forEach((handle, e) -> next.put(handle, byName.getOrDefault(e.name(), e)));
        return new Buffers(next);
    }

    /**
     * The buffers after one training step: {@code running = (1 - momentum) running + momentum batch}, with the batch's unbiased variance, as PyTorch does.
     * Layers that saw nothing stay.
     */
    public Buffers updated(Map<RunningStatistics, BatchStatistics> collected) {
        if (collected.isEmpty()) { return this; }
        Map<RunningStatistics, Entry> next = new LinkedHashMap<>();
        entries.forEach(
                (handle, e) -> next.put(handle, collected.containsKey(handle) ? moved(e, collected.get(handle), handle.momentum()) : e));
        return new Buffers(next);
    }

    private static Entry moved(Entry e, BatchStatistics batch, double m) {
        double unbias = batch.count() > 1 ? (double) batch.count() / (batch.count() - 1) : 1;
        Tensor mean = Tensor.zeros(e.mean().dtype(), e.mean().shape());
        Tensor variance = Tensor.zeros(e.mean().dtype(), e.mean().shape());
        for (int i = 0; i < mean.size(); i++) {
            mean.span().set(i, moved(e.mean().get(i), batch.mean()[i], m));
            variance.span().set(i, moved(e.variance().get(i), batch.variance()[i] * unbias, m));
        }
        return new Entry(e.name(), e.handle(), mean, variance, e.batches() + 1);
    }

    /** With momentum 1 the old number is not looked at: 0 times NaN is NaN. */
    private static double moved(double running, double batch, double m) {
        return m == 1 ? batch : (1 - m) * running + m * batch;
    }

    /**
     * Buffers that hold exactly these statistics, with the unbiased variance. Layers that saw nothing stay.
     *
     * @param collected of whatever batches, merged
     */
    public Buffers measured(Map<RunningStatistics, BatchStatistics> collected) {
        Map<RunningStatistics, Entry> next = new LinkedHashMap<>();
        entries.forEach((handle, e) -> next.put(handle, collected.containsKey(handle) ? moved(e, collected.get(handle), 1) : e));
        return new Buffers(next);
    }

    /** Merges what several passes of one step collected. */
    public static Map<RunningStatistics, BatchStatistics> merge(Map<RunningStatistics, BatchStatistics> a,
            Map<RunningStatistics, BatchStatistics> b) {
        Map<RunningStatistics, BatchStatistics> merged = new IdentityHashMap<>(a);
        b.forEach((handle, s) -> merged.merge(handle, s, BatchStatistics::merge));
        return merged;
    }
}
