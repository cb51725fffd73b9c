package dev.steppe.optim.sharpness;

import dev.steppe.optim.OptionException;
import dev.steppe.optim.curvature.LossSurface;

/**
 * Max-, min- and bilateral sharpness of BSAM (Deng, Pang, Zhang, Song et al., arXiv 2409.13173): {@code MaxS = max L(w + e) - L(w)},
 * {@code MinS = L(w) - min L(w + e)}, {@code BilS = MaxS + MinS = max - min}, all over {@code |e| <= rho}. With one step the extremes are those of the linearised loss, at
 * {@code w + rho g / |g|} and {@code w - rho g / |g|}, which is what BSAM makes small; with more they are searched for by projected ascent and descent.
 * {@code steps} gradients and a forward for each of the two extremes.
 *
 * @param part which of the three
 * @param rho radius, finite and at least 0
 * @param steps towards each extreme, at least 1
 */
public record BilateralSharpness(Part part, double rho, int steps) implements SharpnessMeasure {
    /** Which of the three. */
    public enum Part {
        /** {@code MaxS}: how far the loss rises. */
        MAX,
        /** {@code MinS}: how far it falls. */
        MIN,
        /** {@code BilS}: both. */
        BILATERAL
    }

    /** @throws OptionException if a number is out of its range */
    public BilateralSharpness {
        OptionException.require(part != null, "bilateral sharpness", "part", part, "given");
        OptionException.requireLength("bilateral sharpness", "rho", rho);
        OptionException.require(steps >= 1, "bilateral sharpness", "steps", steps, "at least 1");
    }

    /** BilS with one step. */
    public static BilateralSharpness of(double rho) {
        return new BilateralSharpness(Part.BILATERAL, rho, 1);
    }

    /** Another of the three. */
    public BilateralSharpness part(Part part) {
        return new BilateralSharpness(part, rho, steps);
    }

    /** With another number of steps. */
    public BilateralSharpness steps(int steps) {
        return new BilateralSharpness(part, rho, steps);
    }

    @Override
    public String name() {
        return switch (part) {
            case MAX -> "max-sharpness";
            case MIN -> "min-sharpness";
            case BILATERAL -> "bilateral sharpness";
        };
    }

    @Override
    public String meaning() {
        String where = steps == 1 ? ", e = ± rho g / |g|" : " over |e| <= rho, in " + steps + " steps";
        return switch (part) {
            case MAX -> "max L(w + e) - L(w)" + where;
            case MIN -> "L(w) - min L(w + e)" + where;
            case BILATERAL -> "max L(w + e) - min L(w + e)" + where;
        };
    }

    @Override
    public double radius() {
        return rho;
    }

    @Override
    public Sharpness of(LossSurface surface) {
        Visit visit = new Visit(surface, this, (steps + 1) * (part == Part.BILATERAL ? 2 : 1));
        ProjectedAscent.Region ball = new ProjectedAscent.Ball(rho);
        double rise = part == Part.MIN ? 0 : new ProjectedAscent(visit, ball, 1, steps).extreme(0) - visit.loss();
        double fall = part == Part.MAX ? 0 : visit.loss() - new ProjectedAscent(visit, ball, -1, steps).extreme(0);
        return visit.found(rise + fall, Double.NaN);
    }
}
