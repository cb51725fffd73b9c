package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Sparse SAM (Mi, Shen, Ren, Zhou, Sun, Ji, Tao, NeurIPS 2022, arXiv 2210.05177): perturbs a part of the numbers. {@code e = rho g m / (|g| + epsilon)}, m of
 * zeros and ones; the norm is that of the whole gradient, so {@code |e| <= rho}. The base optimizer gets {@code g(w + e)}. 2 passes and those of the mask,
 * 1 vector. No faster than SAM: the numbers that are left out are computed all the same.
 *
 * <p>A mask of ones is SAM, one of zeros the base optimizer. Confidence high: official code read and run.
 *
 * @param rho radius of the ball, at least 0
 * @param mask which numbers are perturbed: {@link FisherMask} (SSAM-F), {@link DynamicMask} (SSAM-D) or one of your own
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "sparsesam",
        title = "Sparse sharpness-aware minimization",
        paper = "Mi, Shen, Ren, Zhou, Sun, Ji, Tao, NeurIPS 2022, arXiv 2210.05177",
        formula = "e = rho m g / |g|, m a mask of zeros and ones; w = base(w, g(w + e))",
        forwards = 2.01,
        backwards = 2.01,
        atMost = true,
        points = 7,
        memory = 1,
        confidence = Confidence.HIGH,
        note = "official code read and run; it makes the Fisher mask from the training set, here from the batch at hand")
public record SparseSam(
        @Origin("Mi-Peng/Sparse-Sharpness-Aware-Minimization, configs/defaulf_cfg.py") double rho,
        @Origin("arXiv 2210.05177, section 4: SSAM-F") Mask mask,
        @Origin("Mi-Peng/Sparse-Sharpness-Aware-Minimization, solver/sam.py") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public SparseSam {
        OptionException.check(SparseSam.class, rho, mask, epsilon);
    }

    /** SSAM-F, radius 0.05. */
    public static SparseSam defaults() {
        return new SparseSam(0.05, FisherMask.defaults(), 1e-7);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        Gradient g = step.gradient();
        Tensor masked = step.blank();
        step.points().multiply(1, g.vector(), mask.of(step), masked);
        return step.along(g.norm() == 0 ? 0 : rho / (g.norm() + epsilon), masked);
    }
}
