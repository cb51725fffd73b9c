package dev.steppe.optim;

import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Points;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What a {@link BaseOptimizer} works on. */
public final class Update {
    /**
     * A run of numbers with equal settings.
     *
     * @param from index of the first number in every point
     * @param length how many numbers
     * @param rate factor on the learning rate
     * @param decay factor on the weight decay
     */
    public record Run(int from, int length, double rate, double decay) {
        /** The part of a point that is in this run: a view, not a copy. */
        public Tensor of(Tensor point) {
            return point.view(from, Shape.of(length));
        }

        private boolean continues(Run last) {
            return last.from + last.length == from && last.rate == rate && last.decay == decay;
        }
    }

    /**
     * The parameters that are not frozen.
     *
     * @param tensors one run for each
     * @param runs neighbours with equal settings joined
     */
    record Layout(List<Run> tensors, List<Run> runs) {
        static Layout of(ParameterSpace space, List<ParameterGroup> groups) {
            List<Run> tensors = new ArrayList<>();
            List<Run> runs = new ArrayList<>();
            for (ParameterSpace.Segment s : space.segments()) {
                if (s.frozen() || s.size() == 0) {
                    continue;
                }
                double rate = 1;
                double decay = 1;
                for (ParameterGroup g : groups) {
                    if (g.members().test(s)) {
                        rate *= g.rate();
                        decay *= g.decay();
                    }
                }
                Run run = new Run(s.offset(), s.size(), rate, decay);
                tensors.add(run);
                if (!runs.isEmpty() && run.continues(runs.getLast())) {
                    Run last = runs.removeLast();
                    run = new Run(last.from, last.length + run.length, rate, decay);
                }
                runs.add(run);
            }
            return new Layout(List.copyOf(tensors), List.copyOf(runs));
        }
    }

    private final Points points;
    private final Layout layout;
    private final Tensor weights;
    private final Tensor gradient;
    private final Map<String, Tensor> memory;
    private final long number;
    private final double learningRate;
    private final Supplier<Tensor> blanks;

    Update(Points points, Layout layout, Tensor weights, Tensor gradient, Map<String, Tensor> memory, long number, double learningRate,
            Supplier<Tensor> blanks) {
        this.points = points;
        this.layout = layout;
        this.weights = weights;
        this.gradient = gradient;
        this.memory = memory;
        this.number = number;
        this.learningRate = learningRate;
        this.blanks = blanks;
    }

    /** The vector algebra. */
    public Points points() {
        return points;
    }

    /** The parameters to update: whole tensors with equal settings, joined into runs as long as possible. Frozen ones are left out. */
    public List<Run> runs() {
        return layout.runs();
    }

    /** The same, one run per tensor: for rules that need the norm of each (LARS, LAMB). */
    public List<Run> tensors() {
        return layout.tensors();
    }

    /** The weights, to be written. */
    public Tensor weights() {
        return weights;
    }

    /** The gradient, to be read; without weight decay, clipped. */
    public Tensor gradient() {
        return gradient;
    }

    /** A point that the rule remembers, to be read and written. */
    public Tensor memory(String name) {
        return memory.get(name);
    }

    /** A point that may be written until the end of the step; its contents are undefined. */
    public Tensor blank() {
        return blanks.get();
    }

    /** How many updates were made before this one. */
    public long number() {
        return number;
    }

    /** The learning rate, scheduled; {@link Run#rate} is a factor on it. */
    public double learningRate() {
        return learningRate;
    }
}
