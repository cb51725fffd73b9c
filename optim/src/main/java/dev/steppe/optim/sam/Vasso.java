package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Variance-suppressed SAM (Li, Giannakis, NeurIPS 2023, arXiv 2309.15639; journal version arXiv 2509.02433): the direction of the perturbation is smoothed over the
 * steps. {@code d = (1 - theta) d + theta g(w)}, at first {@code d = g}, without bias correction; {@code e = rho d / (|d| + epsilon)}; the base optimizer gets
 * {@code g(w + e)}. Theta 1 is SAM, 0 keeps the first direction.
 *
 * <p>On top of an efficient variant it is that variant's {@code ascent}: {@link LookSam}, {@link Esam}, {@link Reuse} (VaSSORe), {@link Triggered} (an epoch
 * window). Which one the journal version builds on is not known from the sources at hand.
 *
 * @param rho radius of the ball, at least 0
 * @param theta weight of the newest gradient, in [0, 1]
 * @param statisticsTwice whether the second pass updates the running statistics of BatchNorm too, as the official code does
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "vasso",
        title = "Variance-suppressed sharpness-aware optimization",
        paper = "Li, Giannakis, NeurIPS 2023, arXiv 2309.15639",
        formula = "d = (1 - theta) d + theta g; e = rho d / |d|; w = base(w, g(w + e))",
        memory = 1,
        points = 4,
        confidence = Confidence.HIGH,
        note = "official code read; trajectories reproduced by it; theta and rho per task in the paper not found")
public record Vasso(
        @Origin("BingcongLi/VaSSO, argparse") double rho,
        @Origin("BingcongLi/VaSSO, argparse") @Range("[0, 1]") double theta,
        @Origin("statistics are collected once; BingcongLi/VaSSO, utils/engine.py: twice") boolean statisticsTwice,
        @Origin("BingcongLi/VaSSO, solver/vasso.py") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public Vasso {
        OptionException.check(Vasso.class, rho, theta, statisticsTwice, epsilon);
    }

    /** Radius 0.05, theta 0.9. */
    public static Vasso defaults() {
        return new Vasso(0.05, 0.9, false, 1e-7);
    }

    /** This variant with another radius. */
    public Vasso rho(double rho) {
        return new Vasso(rho, theta, statisticsTwice, epsilon);
    }

    /** This variant with another theta. */
    public Vasso theta(double theta) {
        return new Vasso(rho, theta, statisticsTwice, epsilon);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.ball(direction(step), rho, epsilon);
    }

    @Override
    public Tensor gradient(SamStep step) {
        Perturbation e = perturbation(step);
        return (statisticsTwice ? step.gradientCollecting(e) : step.gradientAt(e)).vector();
    }

    /** The average goes on. */
    @Override
    public void observe(SamStep step) {
        direction(step);
    }

    private Tensor direction(SamStep step) {
        return step.average("direction", theta, step.gradient().vector());
    }
}
