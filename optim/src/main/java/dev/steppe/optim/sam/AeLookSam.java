package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * AE-LookSAM (Jiang, Yang, Zhang, Kwok, ICLR 2023, arXiv 2304.14647): the gate of {@linkplain AeSam AE-SAM} decides which steps are SAM's, and the others use
 * what the last of them found, as LookSAM does (arXiv 2203.02714). A SAM step gives the base optimizer {@code g1 = g(w + e)} and stores
 * {@code v = g1 - (<g1, g> / |g|^2) g}, 0 where only rounding is left; any other gives it {@code g + alpha (|g| / (|v| + epsilon)) v}. Confidence: medium (constants and initial state).
 *
 * <p>Needs {@link dev.steppe.optim.Options#totalSteps}, unless both thresholds are equal.
 *
 * @param ascent whose perturbation the steps take that pass the gate
 * @param alpha length of the part that is used again, in units of |g|; at least 0
 * @param delta of the running mean and variance, in [0, 1)
 * @param lambda1 threshold at the end of the run, in standard deviations; may be infinite
 * @param lambda2 threshold at its start
 * @param epsilon guard of the norm of v, at least 0
 */
@Card(
        name = "aelooksam",
        title = "Adaptive policy to employ LookSAM",
        paper = "Jiang, Yang, Zhang, Kwok, ICLR 2023, arXiv 2304.14647",
        formula = "SAM if |g|^2 >= mean + c sqrt(variance), and v = its part orthogonal to g; else w = base(w, g + alpha |g| v / |v|)",
        atMost = true,
        points = 4,
        memory = 1,
        confidence = Confidence.MEDIUM,
        note = "constants and initial state from memory; no reference trajectory")
public record AeLookSam(
        @Origin("arXiv 2304.14647, section 4: SAM") SamVariant ascent,
        @Origin("arXiv 2203.02714, section 4") double alpha,
        @Origin("arXiv 2304.14647, section 4") @Range("[0, 1)") double delta,
        @Origin("arXiv 2304.14647, section 4") @Range("[-inf, inf]") double lambda1,
        @Origin("arXiv 2304.14647, section 4") @Range("[-inf, inf]") double lambda2,
        @Origin("davda54/sam") double epsilon) implements Containing {
    private static final String ORTHOGONAL = "orthogonal";

    /** @throws OptionException if a number is out of its range */
    public AeLookSam {
        OptionException.check(AeLookSam.class, ascent, alpha, delta, lambda1, lambda2, epsilon);
        Outlier.check("aelooksam", lambda1, lambda2);
    }

    /** Radius 0.05, alpha 0.7, the gate of AE-SAM. */
    public static AeLookSam defaults() {
        return new AeLookSam(Sam.defaults(), 0.7, 0.9, -1, 1, 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return Outlier.is(step, delta, lambda1, lambda2) ? ascent.perturbation(step.nested("ascent")) : Perturbation.NONE;
    }

    @Override
    public Tensor gradient(SamStep step) {
        Gradient g = step.gradient();
        Perturbation e = perturbation(step);
        if (e != Perturbation.NONE) {
            Tensor g1 = step.gradientAt(e).vector();
            step.remember(ORTHOGONAL, Orthogonal.part(step, g1, g));
            return g1;
        }
        observe(step);
        Tensor v = step.memory(ORTHOGONAL);
        double length = v == null ? 0 : step.norm(v);
        return length == 0 ? g.vector() : step.combine(1, g.vector(), alpha * g.norm() / (length + epsilon), v);
    }
}
