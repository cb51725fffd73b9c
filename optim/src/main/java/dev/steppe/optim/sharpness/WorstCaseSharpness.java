package dev.steppe.optim.sharpness;

import dev.steppe.optim.OptionException;
import dev.steppe.optim.curvature.LossSurface;

/**
 * The highest rise of the loss in a ball, {@code max over |T^-1 e| <= rho of L(w + e) - L(w)}, by projected gradient ascent with shrinking steps: what SAM means to
 * make small (Foret et al., ICLR 2021, arXiv 2010.01412, equation 1), the worst-direction sharpness of Wen, Ma, Li (ICLR 2023, arXiv 2211.05729, definition 4.1; to second
 * order {@code rho^2 lambda_1 / 2} at a minimum), in units of T the worst-case adaptive sharpness of Andriushchenko et al. (ICML 2023, arXiv 2302.07011, section 3). A
 * lower bound of the true maximum, at least the sharpness that one step of SAM sees. {@code steps} gradients and a forward for each start.
 *
 * @param rho radius, finite and at least 0
 * @param steps of ascent from each start, at least 1; 20 in arXiv 2302.07011
 * @param restarts from random places on the border, beside the one from the centre
 * @param normalisation units of the perturbation
 */
public record WorstCaseSharpness(double rho, int steps, int restarts, Normalisation normalisation) implements SharpnessMeasure {
    /** @throws OptionException if a number is out of its range */
    public WorstCaseSharpness {
        OptionException.requireLength("worst-case sharpness", "rho", rho);
        OptionException.require(steps >= 1, "worst-case sharpness", "steps", steps, "at least 1");
        OptionException.require(restarts >= 0, "worst-case sharpness", "restarts", restarts, "at least 0");
        OptionException.require(normalisation != null, "worst-case sharpness", "normalisation", normalisation, "given");
    }

    /** 20 steps from the centre, without units. */
    public static WorstCaseSharpness of(double rho) {
        return new WorstCaseSharpness(rho, 20, 0, Normalisation.NONE);
    }

    /** With another number of steps. */
    public WorstCaseSharpness steps(int steps) {
        return new WorstCaseSharpness(rho, steps, restarts, normalisation);
    }

    /** With more starts. */
    public WorstCaseSharpness restarts(int restarts) {
        return new WorstCaseSharpness(rho, steps, restarts, normalisation);
    }

    /** In other units. */
    public WorstCaseSharpness in(Normalisation normalisation) {
        return new WorstCaseSharpness(rho, steps, restarts, normalisation);
    }

    @Override
    public String name() {
        return (normalisation == Normalisation.NONE ? "" : "adaptive ") + "worst-case sharpness";
    }

    @Override
    public String meaning() {
        return "max of L(w + e) - L(w) over " + (normalisation == Normalisation.NONE ? "|e|" : "|e / T|") + " <= rho, by projected ascent";
    }

    @Override
    public double radius() {
        return rho;
    }

    @Override
    public Sharpness of(LossSurface surface) {
        Visit visit = new Visit(surface, this, (steps + 1) * (restarts + 1)).in(normalisation);
        double highest = new ProjectedAscent(visit, new ProjectedAscent.Ball(rho), 1, steps).extreme(restarts);
        return visit.found(highest - visit.loss(), Double.NaN);
    }
}
