package dev.steppe.optim.sam;

import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Span;
import dev.steppe.optim.SamStep;

/**
 * Noise in units of the filters: each filter f of a tensor gets {@code sigma |w_f| z}, a tensor without filters (of one dimension) {@code sigma |w| z}. The form
 * of RWP, ARWP and LPF-SGD.
 */
final class FilterNoise {
    /**
     * How a tensor is cut into filters.
     *
     * @param count how many there are; 1 if it has none
     * @param run how many neighbours belong to the same filter
     */
    private record Filters(int count, int run) {
        static Filters of(Segment s) {
            Shape shape = s.shape();
            int axis = s.weight().filterAxis();
            if (shape.rank() < 2 || axis < 0) { return new Filters(1, Math.max(1, s.size())); }
            int run = 1;
            for (int i = axis + 1; i < shape.rank(); i++) {
                run *= shape.dim(i);
            }
            return new Filters(shape.dim(axis), Math.max(1, run));
        }

        int of(int i) {
            return i / run % count;
        }
    }

    private FilterNoise() {
    }

    /** {@code z <- sigma |w_f| z}; gives z. */
    static Tensor scale(SamStep step, double sigma, Tensor z) {
        for (Segment s : step.space().segments()) {
            Filters filters = Filters.of(s);
            Span w = step.space().view(step.weights(), s).span();
            Span out = step.space().view(z, s).span();
            double[] norm = new double[filters.count()];
            for (int i = 0; i < w.length(); i++) {
                norm[filters.of(i)] += w.get(i) * w.get(i);
            }
            for (int f = 0; f < norm.length; f++) {
                norm[f] = Math.sqrt(norm[f]);
            }
            for (int i = 0; i < out.length(); i++) {
                out.set(i, sigma * norm[filters.of(i)] * out.get(i));
            }
        }
        return z;
    }

    /** {@code z <- z / sqrt(1 + eta F_f)}, F_f being the sum of F over the filter; in a tensor of one dimension F of the element itself. Gives z. */
    static Tensor dampen(SamStep step, double eta, Tensor fisher, Tensor z) {
        for (Segment s : step.space().segments()) {
            Filters filters = Filters.of(s);
            boolean single = s.shape().rank() < 2;
            Span f = step.space().view(fisher, s).span();
            Span out = step.space().view(z, s).span();
            double[] sum = new double[filters.count()];
            for (int i = 0; i < f.length(); i++) {
                sum[filters.of(i)] += f.get(i);
            }
            for (int i = 0; i < out.length(); i++) {
                out.set(i, out.get(i) / Math.sqrt(1 + eta * (single ? f.get(i) : sum[filters.of(i)])));
            }
        }
        return z;
    }
}
