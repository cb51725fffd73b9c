package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Binary;
import dev.steppe.kernels.Unary;
import dev.steppe.optim.*;

/**
 * Fisher SAM (Kim, Li, Hu, Hospedales, ICML 2022, arXiv 2206.04920): the ball is one of the Fisher metric, approximated by the squares of the batch's gradient.
 * {@code D = 1 / (1 + eta g^2)}, element-wise; {@code e = rho D g / (sqrt(g' D g) + epsilon)}; the base optimizer gets {@code g(w + e)}. 2 passes, no state.
 *
 * <p>{@code eta = 0} is SAM. Confidence medium: formula known, details or constants from memory or abstract; there is no official code.
 *
 * @param rho radius of the ball (gamma in the paper), at least 0
 * @param eta how much the squares of the gradient count, at least 0
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "fishersam",
        title = "Fisher sharpness-aware minimization",
        paper = "Kim, Li, Hu, Hospedales, ICML 2022, arXiv 2206.04920",
        formula = "D = 1 / (1 + eta g^2); e = rho D g / sqrt(g' D g); w = base(w, g(w + e))",
        points = 4,
        confidence = Confidence.MEDIUM,
        note = "formula known, details or constants from memory or abstract; no official code")
public record FisherSam(
        @Origin("arXiv 2206.04920, section 4 (from the paper's page)") double rho,
        @Origin("arXiv 2206.04920, section 4 (from the paper's page)") double eta,
        @Origin("arXiv 2206.04920: none") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public FisherSam {
        OptionException.check(FisherSam.class, rho, eta, epsilon);
    }

    /** Radius 0.1, eta 1, no guard. */
    public static FisherSam defaults() {
        return new FisherSam(0.1, 1, 0);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.ball(step.gradient().vector(), this::metric, rho, epsilon);
    }

    /** {@code out = d / (1 + eta g^2)}. */
    private void metric(SamStep step, Tensor d, Tensor out) {
        Tensor g = step.gradient().vector();
        step.points().multiply(eta, g, g, out);
        step.kernels().elementwise().unary(Unary.SHIFT, 1, 0, out.span(), out.span());
        step.kernels().elementwise().binary(Binary.DIVIDE, d.span(), out.span(), out.span());
    }
}
