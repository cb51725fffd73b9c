package dev.steppe.optim.sam;

import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Binary;
import dev.steppe.kernels.Span;
import dev.steppe.kernels.Unary;
import dev.steppe.optim.*;

/**
 * Gradient centralised SAM (Hassan, Vakanski, Zhang, Xian, arXiv 2501.11584). With {@code GC(g)} the gradient without the mean of each filter, in every tensor of
 * two dimensions or more, the code does {@code e = rho GC(g) / (|g| + epsilon)} and gives the base optimizer {@code g(w + e)}. The paper has
 * {@code |GC(g)|} below and gives {@code GC(g(w + e))}: both switches on. 2 passes, no state.
 *
 * <p>With filters of mean 0, or without tensors of two dimensions, this is SAM. Confidence high: official code read and run; it differs from the paper.
 *
 * @param rho radius of the ball, at least 0
 * @param normAfterGc whether the norm is that of GC(g), as in the paper
 * @param gcDescent whether the base optimizer gets a centralised gradient, as in the paper
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "gcsam",
        title = "Gradient centralised sharpness-aware minimization",
        paper = "Hassan, Vakanski, Zhang, Xian, arXiv 2501.11584",
        formula = "e = rho GC(g) / |g|; w = base(w, g(w + e)), GC: without the mean of each filter",
        points = 4,
        confidence = Confidence.HIGH,
        note = "official code read and run; the paper divides by |GC(g)| and centralises the descent too: both are options")
public record GcSam(
        @Origin("Mohamed-Hassan22/GCSAM") double rho,
        @Origin("Mohamed-Hassan22/GCSAM (paper: true)") boolean normAfterGc,
        @Origin("Mohamed-Hassan22/GCSAM, where the line is commented out (paper: true)") boolean gcDescent,
        @Origin("Mohamed-Hassan22/GCSAM") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public GcSam {
        OptionException.check(GcSam.class, rho, normAfterGc, gcDescent, epsilon);
    }

    /** The code's form, radius 0.05. */
    public static GcSam defaults() {
        return new GcSam(0.05, false, false, 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        Gradient g = step.gradient();
        Tensor centred = centred(step, g.vector());
        double norm = normAfterGc ? step.norm(centred) : g.norm();
        return step.along(norm == 0 ? 0 : rho / (norm + epsilon), centred);
    }

    @Override
    public Tensor gradient(SamStep step) {
        Tensor up = step.gradientAt(perturbation(step)).vector();
        return gcDescent ? centred(step, up) : up;
    }

    /** {@code GC(g)}, a new point. */
    private static Tensor centred(SamStep step, Tensor g) {
        Tensor out = step.blank();
        for (Segment s : step.space().segments()) {
            Tensor from = step.space().view(g, s);
            Tensor to = step.space().view(out, s);
            step.points().copy(from, to);
            if (s.shape().rank() >= 2 && s.size() > 0) {
                subtractMeans(step, from, to, Math.max(0, s.weight().filterAxis()));
            }
        }
        return out;
    }

    /** {@code out = x - mean(x) over all axes but one}: x is {@code [before, filters, after]}. */
    private static void subtractMeans(SamStep step, Tensor x, Tensor out, int axis) {
        Shape shape = x.shape();
        int filters = shape.dim(axis);
        int after = 1;
        for (int i = axis + 1; i < shape.rank(); i++) {
            after *= shape.dim(i);
        }
        int before = x.size() / filters / after;
        Span columns = Span.allocate(x.dtype(), filters * after);
        Span means = Span.allocate(x.dtype(), filters);
        step.kernels().reduce().sum(1, before, filters * after, x.span(), columns);
        step.kernels().reduce().sum(filters, after, 1, columns, means);
        step.kernels().elementwise().unary(Unary.SCALE, 1.0 / before / after, 0, means, means);
        step.kernels().elementwise().broadcast(Binary.SUBTRACT, new int[] {before, filters, after}, x.span(),
                new int[] {filters * after, after, 1}, means, new int[] {0, 1, 0}, out.span());
    }
}
