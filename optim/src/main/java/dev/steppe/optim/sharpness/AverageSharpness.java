package dev.steppe.optim.sharpness;

import dev.steppe.core.Tensor;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.curvature.LossSurface;
import dev.steppe.optim.curvature.Moments;

/**
 * The mean rise of the loss at random places: {@code E L(w + T e) - L(w)}. With {@code e = rho z}, z standard normal, the average-case sharpness of Andriushchenko et
 * al. (ICML 2023, arXiv 2302.07011, section 3; with T = |w| the adaptive one); with {@code e = rho z / |z|} that of Wen, Ma, Li (ICLR 2023, arXiv 2211.05729, definition
 * 4.1). To second order {@code rho^2 tr(H) / 2}, and {@code rho^2 tr(H) / 2n} on the sphere of n parameters. Draws come in pairs {@code ± e}, so that what is odd in e is not
 * left to chance (antithetic variates); the standard error is that of the pairs. {@code 2 pairs + 1} forwards.
 *
 * @param distribution of the places
 * @param rho standard deviation of each number of e, or length of e; finite and at least 0
 * @param pairs of draws, at least 2
 * @param normalisation units of the perturbation
 */
public record AverageSharpness(Distribution distribution, double rho, int pairs, Normalisation normalisation) implements SharpnessMeasure {
    /** Where the places are. */
    public enum Distribution {
        /** Each number is normal, of standard deviation rho. */
        GAUSSIAN,
        /** On a sphere of radius rho, uniformly. */
        SPHERE
    }

    /** @throws OptionException if a number is out of its range */
    public AverageSharpness {
        OptionException.require(distribution != null, "average sharpness", "distribution", distribution, "given");
        OptionException.requireLength("average sharpness", "rho", rho);
        OptionException.require(pairs >= 2, "average sharpness", "pairs", pairs, "at least 2, for a standard error");
        OptionException.require(normalisation != null, "average sharpness", "normalisation", normalisation, "given");
    }

    /** 10 pairs of normal draws, without units. */
    public static AverageSharpness gaussian(double rho) {
        return new AverageSharpness(Distribution.GAUSSIAN, rho, 10, Normalisation.NONE);
    }

    /** 10 pairs of draws on the sphere, without units: the notion of Wen, Ma, Li. */
    public static AverageSharpness sphere(double rho) {
        return new AverageSharpness(Distribution.SPHERE, rho, 10, Normalisation.NONE);
    }

    /** With another number of draws. */
    public AverageSharpness pairs(int pairs) {
        return new AverageSharpness(distribution, rho, pairs, normalisation);
    }

    /** In other units. */
    public AverageSharpness in(Normalisation normalisation) {
        return new AverageSharpness(distribution, rho, pairs, normalisation);
    }

    @Override
    public String name() {
        return (normalisation == Normalisation.NONE ? "" : "adaptive ") + "average sharpness"
                + (distribution == Distribution.SPHERE ? " on the sphere" : "");
    }

    @Override
    public String meaning() {
        String e = "rho " + (normalisation == Normalisation.NONE ? "" : "T ") + (distribution == Distribution.SPHERE ? "z / |z|" : "z");
        return "E L(w + " + e + ") - L(w), z standard normal";
    }

    @Override
    public double radius() {
        return rho;
    }

    @Override
    public Sharpness of(LossSurface surface) {
        Visit visit = new Visit(surface, this, 2 * pairs + 1).in(normalisation);
        Tensor z = visit.blank();
        Moments rises = new Moments();
        for (int i = 0; i < pairs; i++) {
            visit.normal(i, z);
            double length = distribution == Distribution.SPHERE ? visit.points().norm(z) : 1;
            rises.add((visit.loss(rho / length, z) + visit.loss(-rho / length, z)) / 2 - visit.loss());
        }
        return visit.found(rises.mean(), rises.standardError());
    }
}
