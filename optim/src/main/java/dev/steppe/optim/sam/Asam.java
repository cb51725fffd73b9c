package dev.steppe.optim.sam;

import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Role;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.ElementwiseKernel;
import dev.steppe.kernels.Unary;
import dev.steppe.optim.*;

/**
 * Adaptive SAM (Kwon, Kim, Park, Choi, ICML 2021, arXiv 2102.11600): the radius is measured in units of |w|, so that rescaling a layer does not change the ball.
 * {@code e = rho T^2 g / (|T g| + epsilon)} with {@code T = |w| + eta} on the parameters in scope and 1 on the others.
 *
 * <p>davda54/sam and those that follow it call another form "adaptive": {@code eta = 0} on all parameters, {@code epsilon = 1e-12}; their radius is 2.0.
 *
 * @param rho radius of the ball, at least 0
 * @param eta added to |w|, at least 0
 * @param scope which parameters are measured in units of themselves
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "asam",
        title = "Adaptive sharpness-aware minimization",
        paper = "Kwon, Kim, Park, Choi, ICML 2021, arXiv 2102.11600",
        formula = "T = |w| + eta; e = rho T^2 g / |T g|; w = base(w, g(w + e))",
        points = 4,
        confidence = Confidence.HIGH,
        note = "official code read; trajectory reproduced by it")
public record Asam(
        @Origin("arXiv 2102.11600, section 5 (CIFAR-10); SamsungLabs/ASAM, asam.py") double rho,
        @Origin("SamsungLabs/ASAM, asam.py") double eta,
        @Origin("SamsungLabs/ASAM, asam.py: names that contain \"weight\"") Scope scope,
        @Origin("SamsungLabs/ASAM, asam.py") double epsilon) implements SamVariant {
    /** Which parameters are measured in units of themselves. */
    public enum Scope {
        /** Those that PyTorch names {@code weight}: weights and the scales of normalisation layers. */
        WEIGHTS,
        /** All, biases and shifts too. */
        ALL
    }

    /** @throws OptionException if a number is out of its range */
    public Asam {
        OptionException.check(Asam.class, rho, eta, scope, epsilon);
    }

    /** The authors' form: radius 0.5, eta 0.01, on weights. */
    public static Asam defaults() {
        return new Asam(0.5, 0.01, Scope.WEIGHTS, 1e-16);
    }

    /** This variant with another radius. */
    public Asam rho(double rho) {
        return new Asam(rho, eta, scope, epsilon);
    }

    /** This variant with another eta. */
    public Asam eta(double eta) {
        return new Asam(rho, eta, scope, epsilon);
    }

    /** This variant with another scope. */
    public Asam scope(Scope scope) {
        return new Asam(rho, eta, scope, epsilon);
    }

    /** This variant with another guard. */
    public Asam epsilon(double epsilon) {
        return new Asam(rho, eta, scope, epsilon);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.ball(step.gradient().vector(), metric(step.weights()), rho, epsilon);
    }

    /** {@code T^2} at a point: what this variant measures a direction in. */
    public Metric metric(Tensor at) {
        return (step, d, out) -> apply(step, at, d, out);
    }

    private void apply(SamStep step, Tensor at, Tensor d, Tensor out) {
        if (scope == Scope.ALL) {
            scale(step, at, d, out);
            return;
        }
        for (Segment s : step.space().segments()) {
            Tensor from = step.space().view(d, s);
            Tensor to = step.space().view(out, s);
            if (s.role() == Role.WEIGHT || s.role() == Role.NORM_SCALE) {
                scale(step, step.space().view(at, s), from, to);
            } else {
                step.points().copy(from, to);
            }
        }
    }

    /** {@code out = (|w| + eta)^2 d}. */
    private void scale(SamStep step, Tensor w, Tensor d, Tensor out) {
        ElementwiseKernel kernel = step.kernels().elementwise();
        kernel.unary(Unary.ABS, 0, 0, w.span(), out.span());
        kernel.unary(Unary.SHIFT, eta, 0, out.span(), out.span());
        step.points().multiply(1, out, out, out);
        step.points().multiply(1, out, d, out);
    }
}
