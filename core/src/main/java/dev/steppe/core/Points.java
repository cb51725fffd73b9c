package dev.steppe.core;

import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.MoveKernel;
import dev.steppe.kernels.PointKernel;

/**
 * The vector algebra of points: weights, gradients, perturbations, momenta are 1-D tensors of one {@link ParameterSpace}, F32 or F64. Norms and dots
 * accumulate in double, in a fixed order. A point that is written gets a new {@link Tensor#version}: {@code out}, {@code y} or, in updates, {@code w}. The
 * moments m and v of an update keep theirs, though they are written too. An output may be the same tensor as an input.
 */
public final class Points {
    private final PointKernel kernel;
    private final MoveKernel move;

    /** @param kernels that compute */
    public Points(Kernels kernels) {
        this.kernel = kernels.points();
        this.move = kernels.move();
    }

    /** A new point of zeros, of the type and size of another. */
    public Tensor zeros(Tensor like) {
        return Tensor.zeros(like.dtype(), like.shape());
    }

    /** {@code <x, y>}. */
    public double dot(Tensor x, Tensor y) {
        return kernel.dot(x.span(), y.span());
    }

    /** {@code |x|}, the Euclidean norm over all numbers. */
    public double norm(Tensor x) {
        return Math.sqrt(kernel.sumOfSquares(x.span()));
    }

    /** {@code |d * x|}: the norm in the diagonal metric d. */
    public double scaledNorm(Tensor d, Tensor x) {
        return Math.sqrt(kernel.scaledSumOfSquares(d.span(), x.span()));
    }

    /** Whether every number is finite. */
    public boolean allFinite(Tensor x) {
        return kernel.allFinite(x.span());
    }

    /** Makes the numbers of frozen weights 0. */
    public void clearFrozen(ParameterSpace space, Tensor x) {
        for (ParameterSpace.Segment s : space.segments()) {
            if (s.frozen()) {
                move.fill(space.view(x, s).span(), 0);
            }
        }
        x.storage().touched();
    }

    /** {@code out = x}. */
    public void copy(Tensor x, Tensor out) {
        move.copy(x.span(), out.span());
        out.storage().touched();
    }

    /** {@code out = a x}. */
    public void scale(double a, Tensor x, Tensor out) {
        kernel.scale(a, x.span(), out.span());
        out.storage().touched();
    }

    /** {@code y += a x}. */
    public void axpy(double a, Tensor x, Tensor y) {
        kernel.axpy(a, x.span(), y.span());
        y.storage().touched();
    }

    /** {@code out = a x + b y}. */
    public void combine(double a, Tensor x, double b, Tensor y, Tensor out) {
        kernel.combine(a, x.span(), b, y.span(), out.span());
        out.storage().touched();
    }

    /** {@code out = x + t (y - x)}. */
    public void lerp(Tensor x, Tensor y, double t, Tensor out) {
        kernel.lerp(x.span(), y.span(), t, out.span());
        out.storage().touched();
    }

    /** {@code out = a (x * y)}, element-wise. */
    public void multiply(double a, Tensor x, Tensor y, Tensor out) {
        kernel.multiply(a, x.span(), y.span(), out.span());
        out.storage().touched();
    }

    /** One SGD update of {@code w}; see {@link PointKernel#sgd}. */
    public void sgd(Tensor w, Tensor g, Tensor m, double rate, double momentum, double decay, boolean nesterov, boolean first) {
        kernel.sgd(w.span(), g.span(), m == null ? null : m.span(), rate, momentum, decay, nesterov, first);
        w.storage().touched();
    }

    /** One AdamW update of {@code w}; see {@link PointKernel#adamW}. */
    public void adamW(Tensor w, Tensor g, Tensor m, Tensor v, double rate, double beta1, double beta2, double epsilon, double decay,
            double correction1,
            double correction2) {
        kernel.adamW(w.span(), g.span(), m.span(), v.span(), rate, beta1, beta2, epsilon, decay, correction1, correction2);
        w.storage().touched();
    }

    /** One Adam update of {@code w}; see {@link PointKernel#adam}. */
    public void adam(Tensor w, Tensor g, Tensor m, Tensor v, double rate, double beta1, double beta2, double epsilon, double decay,
            double correction1, double correction2) {
        kernel.adam(w.span(), g.span(), m.span(), v.span(), rate, beta1, beta2, epsilon, decay, correction1, correction2);
        w.storage().touched();
    }

    /** The direction of a LAMB update; see {@link PointKernel#lamb}. */
    public void lamb(Tensor w, Tensor g, Tensor m, Tensor v, Tensor out, double beta1, double beta2, double epsilon, double decay,
            double correction1, double correction2) {
        kernel.lamb(w.span(), g.span(), m.span(), v.span(), out.span(), beta1, beta2, epsilon, decay, correction1, correction2);
        out.storage().touched();
    }

    /** One RMSprop update of {@code w}; see {@link PointKernel#rmsProp}. */
    public void rmsProp(Tensor w, Tensor g, Tensor v, Tensor m, double rate, double alpha, double epsilon, double decay,
            double momentum) {
        kernel.rmsProp(w.span(), g.span(), v.span(), m == null ? null : m.span(), rate, alpha, epsilon, decay, momentum);
        w.storage().touched();
    }

    /** One Lion update of {@code w}; see {@link PointKernel#lion}. */
    public void lion(Tensor w, Tensor g, Tensor m, double rate, double beta1, double beta2, double decay) {
        kernel.lion(w.span(), g.span(), m.span(), rate, beta1, beta2, decay);
        w.storage().touched();
    }
}
