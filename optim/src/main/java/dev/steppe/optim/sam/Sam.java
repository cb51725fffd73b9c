package dev.steppe.optim.sam;

import dev.steppe.optim.*;

/**
 * Sharpness-aware minimization (Foret, Kleiner, Mobahi, Neyshabur, ICLR 2021, arXiv 2010.01412): minimises the largest loss within a ball, to first order.
 * {@code e = rho g / (|g| + epsilon)} with {@code g = g(w)}; the base optimizer gets {@code g(w + e)}.
 *
 * @param rho radius of the ball, at least 0
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "sam",
        title = "Sharpness-aware minimization",
        paper = "Foret, Kleiner, Mobahi, Neyshabur, ICLR 2021, arXiv 2010.01412",
        formula = "e = rho g / |g|; w = base(w, g(w + e))",
        confidence = Confidence.HIGH,
        note = "official code read; trajectories reproduced by davda54/sam")
public record Sam(
        @Origin("arXiv 2010.01412, section 3.1; davda54/sam") double rho,
        @Origin("davda54/sam") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public Sam {
        OptionException.check(Sam.class, rho, epsilon);
    }

    /** Radius 0.05. */
    public static Sam defaults() {
        return new Sam(0.05, 1e-12);
    }

    /** This variant with another radius. */
    public Sam rho(double rho) {
        return new Sam(rho, epsilon);
    }

    /** This variant with another guard. */
    public Sam epsilon(double epsilon) {
        return new Sam(rho, epsilon);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.ball(step.gradient().vector(), rho, epsilon);
    }
}
