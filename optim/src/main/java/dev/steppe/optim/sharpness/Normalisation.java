package dev.steppe.optim.sharpness;

import dev.steppe.core.ParameterSpace;
import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Parameters;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Span;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.sam.Asam;

/**
 * The units in which a perturbation is measured: the diagonal operator {@code T_w} of Kwon, Kim, Park, Choi (ICML 2021, arXiv 2102.11600, definition 2). A ball of
 * radius rho is {@code |T_w^-1 e| <= rho}, a draw is {@code T_w z}: the adaptive form of every measure here. Open: write your own.
 */
@FunctionalInterface
public interface Normalisation {
    /** {@code T_w = 1}: no units. */
    Normalisation NONE = new None();

    /** {@code t = } the diagonal of T at these weights: at least 0; where it is 0, a weight is not perturbed. */
    void diagonal(Parameters at, Tensor t);

    /** {@code |w|} for all parameters: what rescaling of layers cannot change. ASAM in the form of davda54/sam. */
    static Normalisation adaptive() {
        return new Elementwise(0, Asam.Scope.ALL);
    }

    /** The ordinary, not adaptive, form. */
    record None() implements Normalisation {
        @Override
        public void diagonal(Parameters at, Tensor t) {
            for (int i = 0; i < t.size(); i++) {
                t.span().set(i, 1);
            }
        }
    }

    /**
     * {@code |w| + eta} on the parameters in scope, 1 on the others: ASAM.
     *
     * @param eta added to |w|, at least 0; the official code's is 0.01
     * @param scope which parameters; the official code's is {@link Asam.Scope#WEIGHTS}
     */
    record Elementwise(double eta, Asam.Scope scope) implements Normalisation {
        /** @throws OptionException if eta is negative */
        public Elementwise {
            OptionException.requireLength("elementwise", "eta", eta);
        }

        @Override
        public void diagonal(Parameters at, Tensor t) {
            for (Segment s : at.space().segments()) {
                boolean measured = scope == Asam.Scope.ALL || s.role() == Role.WEIGHT || s.role() == Role.NORM_SCALE;
                Span w = at.space().view(at.point(), s).span();
                Span out = at.space().view(t, s).span();
                for (int i = 0; i < out.length(); i++) {
                    out.set(i, measured ? Math.abs(w.get(i)) + eta : 1);
                }
            }
        }
    }

    /** The norm of the filter that a weight belongs to; in a tensor without filters, of the whole tensor. arXiv 2102.11600, section 3, and LPF-SGD's noise. */
    record Filterwise() implements Normalisation {
        @Override
        public void diagonal(Parameters at, Tensor t) {
            for (Segment s : at.space().segments()) {
                filters(at.space(), at.point(), s, t);
            }
        }

        private static void filters(ParameterSpace space, Tensor point, Segment s, Tensor t) {
            Shape shape = s.shape();
            int axis = s.weight().filterAxis();
            boolean has = shape.rank() >= 2 && axis >= 0;
            int run = 1;
            for (int i = axis + 1; has && i < shape.rank(); i++) {
                run *= shape.dim(i);
            }
            int count = has ? shape.dim(axis) : 1;
            Span w = space.view(point, s).span();
            Span out = space.view(t, s).span();
            double[] squares = new double[count];
            for (int i = 0; i < w.length(); i++) {
                squares[has ? i / run % count : 0] += w.get(i) * w.get(i);
            }
            for (int i = 0; i < out.length(); i++) {
                out.set(i, Math.sqrt(squares[has ? i / run % count : 0]));
            }
        }
    }
}
