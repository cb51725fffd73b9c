package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Align-SAM (Nguyen et al., ICLR 2026), the successor of {@linkplain AgnosticSam Agnostic-SAM} (arXiv 2406.07107): {@code e = rho (lambda N(g_b(w)) - N(g_a(w)))} with
 * {@code N(d) = d / (|d| + epsilon)}, b the batch of the step and a an {@linkplain SamStep#auxiliary auxiliary} one, much smaller; the base optimizer gets
 * {@code g_b(w + e)}. With {@code a = b} it is SAM of radius {@code rho (lambda - 1)}. Confidence: medium, there is no code.
 *
 * @param rho radius, at least 0
 * @param lambda weight of the way up, at least 0
 * @param epsilon guard of the norms, at least 0
 */
@Card(
        name = "alignsam",
        title = "Alignment-aware SAM",
        paper = "Nguyen et al., ICLR 2026; the successor of arXiv 2406.07107",
        formula = "e = rho (lambda g / |g| - g_a / |g_a|), g_a on a second batch; w = base(w, g(w + e))",
        forwards = 3,
        backwards = 3,
        points = 5,
        confidence = Confidence.MEDIUM,
        note = "formula known from the paper, no code; needs a second source of batches; passes for one as large as the first")
public record AlignSam(
        @Origin("Align-SAM, ICLR 2026: CIFAR-10 (0.1 for CIFAR-100)") double rho,
        @Origin("Align-SAM, ICLR 2026") double lambda,
        @Origin("davda54/sam") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public AlignSam {
        OptionException.check(AlignSam.class, rho, lambda, epsilon);
    }

    /** Radius 0.05, lambda 2. */
    public static AlignSam defaults() {
        return new AlignSam(0.05, 2, 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        Tensor up = step.gradient().vector();
        Tensor down = step.gradientAside(Perturbation.NONE, step.auxiliary()).vector();
        return step.sum(step.ball(up, rho * lambda, epsilon), step.ball(down, -rho, epsilon));
    }
}
