package dev.steppe.optim.landscape;

import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Parameters;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Span;
import java.util.Arrays;
import java.util.Objects;

/**
 * In which units a direction is measured. Networks with ReLU or BatchNorm compute the same with larger weights in one layer, so a plot along a plain random
 * direction shows how large the weights are; in units of the weights it does not (Li et al., arXiv 1712.09913, section 4).
 *
 * @param unit of weights
 * @param rest what becomes of biases and parameters of normalisation: whatever is no {@link Role#WEIGHT}, or has fewer than two axes
 */
public record Scaling(Unit unit, Rest rest) {
    /** What of a direction gets the norm of the same part of the weights. */
    public enum Unit {
        /** Each filter (slice along {@link dev.steppe.core.Weight#filterAxis}, the last one of HWIO) has the norm of that filter; a weight without filters is one. */
        FILTER,
        /** Each tensor has the norm of that tensor: layer normalisation. */
        TENSOR,
        /** The whole direction has the norm of all weights. */
        ALL,
        /** Nothing is scaled. */
        NONE
    }

    /** What the direction is in biases and parameters of normalisation. */
    public enum Rest {
        /** 0: they stay as they are. The authors' choice for their figures ({@code --xignore biasbn} of their program, github.com/tomgoldstein/loss-landscape). */
        ZERO,
        /** The parameters themselves: at coordinate a they are multiplied by 1 + a. What that program does without the option. */
        OWN,
        /** As weights, each tensor being one filter. */
        SCALED
    }

    /** Nothing is null. */
    public Scaling {
        Objects.requireNonNull(unit, "unit");
        Objects.requireNonNull(rest, "rest");
    }

    /** Filter normalisation, with biases and parameters of normalisation left alone: the figures of the paper. */
    public static Scaling filters() {
        return new Scaling(Unit.FILTER, Rest.ZERO);
    }

    /** The direction as it is, in all parameters: for vectors that have a length of their own, such as eigenvectors. */
    public static Scaling none() {
        return new Scaling(Unit.NONE, Rest.SCALED);
    }

    /** The same with another treatment of biases and parameters of normalisation. */
    public Scaling rest(Rest rest) {
        return new Scaling(unit, rest);
    }

    /**
     * A direction in these units. Norms agree with those of the weights to the rounding of the type; what is 0 in the direction, or whose weights are 0, is 0;
     * and so is what is frozen.
     *
     * @param at the weights
     * @param direction a point of the same type, only read
     * @return a point of its own
     * @throws ShapeException if the direction is not of the type of the weights
     */
    public Tensor apply(Parameters at, Tensor direction) {
        Landscape.requireLike(at, "direction", direction);
        Tensor scaled = direction.keep();
        for (Segment s : at.space().segments()) {
            Span d = at.space().view(scaled, s).span();
            Span w = at.space().view(at.point(), s).span();
            boolean weight = s.role() == Role.WEIGHT && s.shape().rank() >= 2;
            if (s.frozen() || !weight && rest == Rest.ZERO) {
                fill(d, w, 0);
            } else if (!weight && rest == Rest.OWN) {
                fill(d, w, 1);
            } else if (unit == Unit.FILTER || unit == Unit.TENSOR) {
                scale(d, w, weight && unit == Unit.FILTER ? Filters.of(s) : new Filters(1, Math.max(1, s.size())));
            }
        }
        if (unit == Unit.ALL) {
            scale(scaled.span(), at.point().span(), new Filters(1, Math.max(1, scaled.size())));
        }
        return scaled;
    }

    private static void fill(Span d, Span w, double times) {
        for (int i = 0; i < d.length(); i++) {
            d.set(i, times == 0 ? 0 : times * w.get(i));
        }
    }

    private static void scale(Span d, Span w, Filters filters) {
        double[] factor = filters.norms(w);
        double[] own = filters.norms(d);
        for (int f = 0; f < factor.length; f++) {
            factor[f] = own[f] == 0 ? 0 : factor[f] / own[f];
        }
        for (int i = 0; i < d.length(); i++) {
            d.set(i, factor[filters.of(i)] * d.get(i));
        }
    }

    /**
     * How a tensor is cut into filters.
     *
     * @param count how many there are
     * @param run how many neighbours belong to the same filter
     */
    private record Filters(int count, int run) {
        static Filters of(Segment s) {
            Shape shape = s.shape();
            int axis = s.weight().filterAxis();
            if (axis < 0) { return new Filters(1, Math.max(1, s.size())); }
            int run = 1;
            for (int i = axis + 1; i < shape.rank(); i++) {
                run *= shape.dim(i);
            }
            return new Filters(shape.dim(axis), Math.max(1, run));
        }

        int of(int i) {
            return i / run % count;
        }

        /** By the largest number first: squares of very small or very large ones do not leave the range of double. */
        double[] norms(Span x) {
            double[] most = new double[count];
            for (int i = 0; i < x.length(); i++) {
                most[of(i)] = Math.max(most[of(i)], Math.abs(x.get(i)));
            }
            double[] sum = new double[count];
            for (int i = 0; i < x.length(); i++) {
                double share = most[of(i)] == 0 ? 0 : x.get(i) / most[of(i)];
                sum[of(i)] += share * share;
            }
            Arrays.setAll(sum, f -> most[f] * Math.sqrt(sum[f]));
            return sum;
        }
    }
}
