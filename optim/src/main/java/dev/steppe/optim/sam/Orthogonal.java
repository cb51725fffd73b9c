package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.optim.Gradient;
import dev.steppe.optim.SamStep;

/** What LookSAM (arXiv 2203.02714) keeps of a perturbed gradient. */
final class Orthogonal {
    /** In units of the last digit. */
    private static final double ROUNDING = 16;

    private Orthogonal() {
    }

    /**
     * {@code v = up - (<up, g> / |g|^2) g}; 0 where nothing but rounding is left, for it will be stretched to the length of a gradient.
     *
     * @param up the perturbed gradient
     */
    static Tensor part(SamStep step, Tensor up, Gradient g) {
        double parallel = g.norm() == 0 ? 0 : step.points().dot(up, g.vector()) / (g.norm() * g.norm());
        Tensor v = step.combine(1, up, -parallel, g.vector());
        double digit = up.dtype() == DType.F32 ? Math.ulp(1f) : Math.ulp(1.0);
        if (step.points().norm(v) <= ROUNDING * digit * step.norm(up)) {
            step.kernels().move().fill(v.span(), 0);
        }
        return v;
    }
}
