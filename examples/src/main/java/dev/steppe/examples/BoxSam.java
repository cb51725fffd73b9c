package dev.steppe.examples;

import dev.steppe.kernels.Unary;
import dev.steppe.core.Tensor;
import dev.steppe.optim.Card;
import dev.steppe.optim.Confidence;
import dev.steppe.optim.Origin;
import dev.steppe.optim.Perturbation;
import dev.steppe.optim.SamStep;
import dev.steppe.optim.SamVariant;

/**
 * A sharpness-aware optimizer of one's own: the worst case within a box instead of a ball. To first order the loss in the box {@code |e_i| <= rho} is largest in the
 * corner that the signs of the gradient name: {@code e = rho sign(g)}.
 *
 * @param rho half the side of the box
 */
@Card(
        name = "boxsam",
        title = "Sharpness-aware minimization in a box",
        paper = "an example of this library, after arXiv 2010.01412",
        formula = "e = rho sign(g); w = base(w, g(w + e))",
        points = 4,
        confidence = Confidence.HIGH,
        note = "made up")
public record BoxSam(@Origin("small enough for the example") double rho) implements SamVariant {
    /** The defaults: what the catalogue and the command line begin with. */
    public BoxSam() {
        this(0.001);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        Tensor sign = step.blank();
        step.kernels().elementwise().unary(Unary.SIGN, 0, 0, step.gradient().vector().span(), sign.span());
        return step.along(rho, sign);
    }
}
