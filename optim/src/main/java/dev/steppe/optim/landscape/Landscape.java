package dev.steppe.optim.landscape;

import dev.steppe.core.Batch;
import dev.steppe.core.BatchStatistics;
import dev.steppe.core.Buffers;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.Points;
import dev.steppe.core.RandomKey;
import dev.steppe.core.RunningStatistics;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.ShapeException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;

/**
 * The mean loss of some data as a function of the weights, looked at along lines and planes.
 *
 * <pre>{@code
 * Landscape loss = Landscape.of(evaluator, batches);
 * Tensor u = Directions.random(at, key.fold(0), Scaling.filters());
 * Tensor v = Directions.random(at, key.fold(1), Scaling.filters());
 * Grid plane = loss.plane(at, u, v, Axis.around(1, 25), Axis.around(1, 25));
 * }</pre>
 *
 * <p>Each point is written into an array of this call's own and evaluated there. The weights, the running statistics and the data are only read, and where both
 * coordinates are 0 the weights themselves are evaluated, so the loss there is {@link #loss} to the last bit. The same data, directions and axes give the same
 * bits, whatever the number of threads. Immutable; memory beside that of one evaluation: one point.
 */
public final class Landscape {
    /**
     * Which function of the weights was looked at.
     *
     * @param mode {@link Pass.Mode#EVALUATION}: BatchNorm uses its running statistics; {@link Pass.Mode#TRAINING_FROZEN_STATISTICS}: those of each batch
     * @param recalibrated whether the running statistics were measured anew at each point
     * @param examples over which the loss is a mean
     */
    public record Surface(Pass.Mode mode, boolean recalibrated, long examples) {
    }

    /** Is told how far a slice is, after each point. */
    @FunctionalInterface
    public interface Progress {
        /**
         * @param done how many points are evaluated
         * @param of how many there are
         */
        void on(int done, int of);
    }

    private final Evaluator evaluator;
    private final Iterable<Batch> data;
    private final Pass.Mode mode;
    private final RandomKey key;
    private final Iterable<Batch> statistics;
    private final Progress progress;

    private Landscape(Evaluator evaluator, Iterable<Batch> data, Pass.Mode mode, RandomKey key, Iterable<Batch> statistics,
            Progress progress) {
        this.evaluator = Objects.requireNonNull(evaluator, "evaluator");
        this.data = Objects.requireNonNull(data, "data");
        this.mode = mode;
        this.key = key;
        this.statistics = statistics;
        this.progress = progress;
    }

    /**
     * The loss in evaluation mode: running statistics, no dropout.
     *
     * @param data gone through once for each point; batches count by their sizes, so that equally weighted examples count equally
     */
    public static Landscape of(Evaluator evaluator, Iterable<Batch> data) {
        return new Landscape(evaluator, data, Pass.Mode.EVALUATION, RandomKey.of(0), null, (done, of) -> {
        });
    }

    /**
     * The loss that training sees: statistics of each batch, and dropout masks that are the same at all points.
     *
     * @param key of the masks
     */
    public Landscape training(RandomKey key) {
        return new Landscape(evaluator, data, Pass.Mode.TRAINING_FROZEN_STATISTICS, key, statistics, progress);
    }

    /**
     * Running statistics are measured at each point on these batches before it is evaluated, as those of the weights mean nothing elsewhere: between two minima
     * the loss then often has no barrier where it had one (Jordan et al., REPAIR, arXiv 2211.08403, section 3).
     *
     * @param examples batches of the training set, of the usual size
     */
    public Landscape recalibrated(Iterable<Batch> examples) {
        return new Landscape(evaluator, data, mode, key, Objects.requireNonNull(examples, "examples"), progress);
    }

    /** The same, which tells somebody how far it is. */
    public Landscape progress(Progress progress) {
        return new Landscape(evaluator, data, mode, key, statistics, Objects.requireNonNull(progress, "progress"));
    }

    /**
     * The loss at a point.
     *
     * @throws IllegalArgumentException if there are no examples
     */
    public double loss(Parameters at) {
        return at(at).loss;
    }

    /**
     * Losses along a line: at {@code at + x direction}.
     *
     * @throws ShapeException if the direction is not of the type of the weights
     * @throws CancellationException if the thread is interrupted, which it then still is
     */
    public Curve line(Parameters at, Tensor direction, Axis x) {
        Slice slice = new Slice(at, new double[][] {x.coordinates()}, direction);
        return new Curve(x.coordinates(), slice.losses[0], slice.surface);
    }

    /**
     * Losses on the plane {@code at + x u + y v}.
     *
     * @throws ShapeException if a direction is not of the type of the weights
     * @throws CancellationException if the thread is interrupted, which it then still is
     */
    public Grid plane(Parameters at, Tensor u, Tensor v, Axis x, Axis y) {
        Slice slice = new Slice(at, new double[][] {x.coordinates(), y.coordinates()}, u, v);
        return new Grid(x.coordinates(), y.coordinates(), slice.losses, slice.surface);
    }

    /**
     * Losses on the line through two points, 0 being the first and 1 the second: at {@code (1 - x) from + x to}, running statistics included, of which one mixes
     * means and variances (Goodfellow et al., arXiv 1412.6544; for the statistics see {@link #recalibrated}).
     *
     * @throws ShapeException if the points are not of one type and layout
     * @throws CancellationException if the thread is interrupted, which it then still is
     */
    public Curve between(Parameters from, Parameters to, Axis x) {
        Slice slice = new Slice(from, to, x.coordinates());
        return new Curve(x.coordinates(), slice.losses[0], slice.surface);
    }

    /** @throws ShapeException if a tensor is not a point of the same type as the weights */
    static void requireLike(Parameters at, String what, Tensor point) {
        at.space().requirePoint(point);
        if (point.dtype() != at.point().dtype()) {
            throw new ShapeException("landscape: the weights are " + at.point().type() + ", the " + what + " is " + point.type());
        }
    }

    /** What was found at a point. */
    private record Value(double loss, long examples) {
    }

    private Value at(Parameters at) {
        Parameters here = statistics == null ? at : new Parameters(at.space(), at.point(), at.buffers().measured(collected(at)));
        double mean = 0;
        long seen = 0;
        int number = 0;
        for (Batch batch : data) {
            double loss = evaluator.losses(batch, here, mode, key.fold(number++)).loss();
            seen += batch.size();
            // The running mean of one batch is its loss, to the last bit.
            mean += (loss - mean) * ((double) batch.size() / seen);
        }
        if (seen == 0) { throw new IllegalArgumentException("landscape: no examples"); }
        return new Value(mean, seen);
    }

    private Map<RunningStatistics, BatchStatistics> collected(Parameters at) {
        Map<RunningStatistics, BatchStatistics> collected = Map.of();
        for (Batch batch : statistics) {
            collected = Buffers.merge(collected, evaluator.losses(batch, at, Pass.Mode.TRAINING, key.fold("recalibration")).collected());
        }
        return collected;
    }

    /** One slice while it is evaluated: rows of points. */
    private final class Slice {
        private final Points points = new Points(evaluator.kernels());
        private final Tensor place;
        private final double[][] losses;
        private final int total;
        private Surface surface;
        private int done;

        /** Along one direction or two. */
        Slice(Parameters at, double[][] coordinates, Tensor... directions) {
            for (Tensor direction : directions) {
                requireLike(at, "direction", direction);
            }
            double[] x = coordinates[0];
            double[] y = directions.length == 1 ? new double[1] : coordinates[1];
            place = points.zeros(at.point());
            losses = new double[y.length][x.length];
            total = x.length * y.length;
            Tensor row = directions.length == 1 ? at.point() : points.zeros(at.point());
            for (int j = 0; j < y.length; j++) {
                if (directions.length > 1) {
                    points.combine(1, at.point(), y[j], directions[1], row);
                }
                for (int i = 0; i < x.length; i++) {
                    boolean centre = x[i] == 0 && y[j] == 0;
                    if (!centre) {
                        points.combine(1, row, x[i], directions[0], place);
                    }
                    losses[j][i] = evaluate(centre ? at : new Parameters(at.space(), place, at.buffers()));
                }
            }
        }

        /** Through two points. */
        Slice(Parameters from, Parameters to, double[] x) {
            requireLike(from, "other end", to.point());
            place = points.zeros(from.point());
            losses = new double[1][x.length];
            total = x.length;
            for (int i = 0; i < x.length; i++) {
                if (x[i] == 0 || x[i] == 1) {
                    losses[0][i] = evaluate(x[i] == 0 ? from : new Parameters(from.space(), to.point(), mixed(from, to, 1)));
                } else {
                    points.combine(1 - x[i], from.point(), x[i], to.point(), place);
                    losses[0][i] = evaluate(new Parameters(from.space(), place, mixed(from, to, x[i])));
                }
            }
        }

        private double evaluate(Parameters at) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("landscape: interrupted after " + done + " of " + total + " points");
            }
            Value value = at(at);
            surface = new Surface(mode, statistics != null, value.examples);
            progress.on(++done, total);
            return value.loss;
        }
    }

    /** Running statistics between two models; outside, a variance stays at least 0. */
    private static Buffers mixed(Parameters from, Parameters to, double x) {
        Map<String, Buffers.Entry> others = new java.util.HashMap<>();
        to.buffers().entries().forEach(e -> others.put(e.name(), e));
        Map<String, Buffers.Entry> mixed = new java.util.HashMap<>();
        for (Buffers.Entry e : from.buffers().entries()) {
            Buffers.Entry other = others.get(e.name());
            if (other == null || !other.mean().type().equals(e.mean().type())) {
                throw new ShapeException("landscape: running statistics of '" + e.name() + "' are " + e.mean().type() + " at one end, "
                        + (other == null ? "missing" : other.mean().type()) + " at the other");
            }
            mixed.put(e.name(), new Buffers.Entry(e.name(), e.handle(), mixed(e.mean(), other.mean(), x, Double.NEGATIVE_INFINITY),
                    mixed(e.variance(), other.variance(), x, 0), e.batches()));
        }
        return from.buffers().with(mixed);
    }

    private static Tensor mixed(Tensor a, Tensor b, double x, double least) {
        if (x == 1) { return b; }
        Tensor out = a.keep();
        for (int i = 0; i < out.size(); i++) {
            out.span().set(i, Math.max(least, (1 - x) * a.get(i) + x * b.get(i)));
        }
        return out;
    }
}
