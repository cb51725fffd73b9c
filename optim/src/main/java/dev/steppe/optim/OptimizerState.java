package dev.steppe.optim;

import dev.steppe.core.Tensor;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that the steps of an optimizer change, as plain named values: what a checkpoint writes and reads. Names are paths: {@code weights},
 * {@code base/momentum}, {@code variant/direction}, {@code buffers/layer1.0.bn1/mean}, {@code step}, {@code seed}.
 *
 * @param tensors points and running statistics, by name
 * @param longs counters, by name
 * @param doubles numbers, by name; to be stored bit for bit
 */
public record OptimizerState(Map<String, Tensor> tensors, Map<String, Long> longs, Map<String, Double> doubles) {
    /** The maps are copied and sorted by name; the tensors are not copied. */
    public OptimizerState {
        tensors = Collections.unmodifiableMap(new TreeMap<>(tensors));
        longs = Collections.unmodifiableMap(new TreeMap<>(longs));
        doubles = Collections.unmodifiableMap(new TreeMap<>(doubles));
    }
}
