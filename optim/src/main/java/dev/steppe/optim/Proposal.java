package dev.steppe.optim;

import dev.steppe.core.BatchStatistics;
import dev.steppe.core.Buffers;
import dev.steppe.core.Evaluator;
import dev.steppe.core.RunningStatistics;
import dev.steppe.core.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the passes of a step have found so far: everything that will change if nothing fails. */
final class Proposal {
    /**
     * A displacement of the weights.
     *
     * @param scale factor on the direction
     */
    record Move(double scale, Tensor direction) {
    }

    /** For the base optimizer. */
    Tensor gradient;
    /** Norm of it, or NaN if it is not known. */
    double norm = Double.NaN;
    /** What goes with this step. */
    Companions companions;
    /** What takes the gradients of this step. */
    Evaluator evaluator;
    /** Where the base optimizer starts; null: at the weights. */
    Tensor start;
    /** What the variant hands on to its landing. */
    final List<Tensor> carried = new ArrayList<>();
    /** What is written in place when nothing can fail any more. */
    final List<Runnable> last = new ArrayList<>();
    final List<Move> before = new ArrayList<>();
    final List<Move> after = new ArrayList<>();
    final Map<String, Tensor> tensors = new HashMap<>();
    final Map<String, Double> numbers = new HashMap<>();
    Map<RunningStatistics, BatchStatistics> statistics = Map.of();
    /** More updates of running statistics, in order: each of all shards together. */
    final List<Map<RunningStatistics, BatchStatistics>> again = new ArrayList<>();

    /** The parts of {@link StepReport}, added up over the shards. */
    double loss;
    double gradientNorm;
    double perturbationNorm;
    double cosine;
    double sharpness;
    double forwards;
    double backwards;
    final Map<String, Double> extra = new TreeMap<>();

    /** Notes what a shard collected for the i-th of the further updates. */
    void again(int i, Map<RunningStatistics, BatchStatistics> collected) {
        if (i == again.size()) {
            again.add(collected);
        } else {
            again.set(i, Buffers.merge(again.get(i), collected));
        }
    }

    /** The points that must not be written any more in this step. */
    List<Tensor> points() {
        List<Tensor> points = new ArrayList<>(tensors.values());
        before.forEach(move -> points.add(move.direction()));
        after.forEach(move -> points.add(move.direction()));
        points.addAll(carried);
        if (start != null) {
            points.add(start);
        }
        if (gradient != null) {
            points.add(gradient);
        }
        return points;
    }
}
