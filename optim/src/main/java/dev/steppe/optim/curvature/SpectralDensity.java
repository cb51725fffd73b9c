package dev.steppe.optim.curvature;

import dev.steppe.kernels.ShapeException;
import dev.steppe.optim.OptionException;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * The density of a spectrum, {@code 1/n sum of delta(t - lambda_i)}, as point masses: one quadrature for each probe, whose mean is the estimate.
 *
 * @param nodes {@code [probes][steps]}, ascending in each probe
 * @param weights {@code [probes][steps]}, which sum to 1 in each probe
 * @param products of the operator with a vector
 * @param vectors points held at once
 * @param provenance what the numbers are about
 */
public record SpectralDensity(double[][] nodes, double[][] weights, int products, int vectors, Provenance provenance) {
    private static final double DEFAULT_WIDTH = 0.01;
    private static final double REACH = 5;

    /**
     * The density as a function, smoothed with a Gaussian.
     *
     * @param x where
     * @param density there; its integral is 1
     * @param standardError of the density, from the spread of the probes; NaN for one probe
     * @param width standard deviation of the Gaussian
     */
    public record Curve(double[] x, double[] density, double[] standardError, double width) {
    }

    /** @throws ShapeException if there are no probes, or not as many weights as nodes */
    public SpectralDensity {
        boolean fit = nodes.length > 0 && nodes.length == weights.length;
        for (int i = 0; fit && i < nodes.length; i++) {
            fit = nodes[i].length > 0 && nodes[i].length == weights[i].length;
        }
        if (!fit) {
            throw new ShapeException("spectral density: nodes and weights of " + nodes.length + " and " + weights.length
                    + " probes must be as many, and not none");
        }
    }

    /** The smallest node, an upper bound of the smallest eigenvalue. */
    public double smallest() {
        return Arrays.stream(nodes).mapToDouble(x -> x[0]).min().orElseThrow();
    }

    /** The largest node, a lower bound of the largest eigenvalue. */
    public double largest() {
        return Arrays.stream(nodes).mapToDouble(x -> x[x.length - 1]).max().orElseThrow();
    }

    /** {@code 1/n tr f(A)}: mean and standard error over the probes. */
    public Moments mean(DoubleUnaryOperator f) {
        Moments m = new Moments();
        for (int i = 0; i < nodes.length; i++) {
            m.add(sum(i, f));
        }
        return m;
    }

    private double sum(int probe, DoubleUnaryOperator f) {
        double sum = 0;
        for (int k = 0; k < nodes[probe].length; k++) {
            sum += weights[probe][k] * f.applyAsDouble(nodes[probe][k]);
        }
        return sum;
    }

    /** {@code 1/n tr A^power}. */
    public double moment(int power) {
        return mean(t -> Math.pow(t, power)).mean();
    }

    /** The curve over the whole spectrum, at 1001 places, smoothed by 1 % of its range: the choice of this library. */
    public Curve curve() {
        double range = largest() - smallest();
        double width = DEFAULT_WIDTH * (range > 0 ? range : Math.max(Math.abs(largest()), 1));
        return curve(smallest() - REACH * width, largest() + REACH * width, 1001, width);
    }

    /**
     * The curve between two places.
     *
     * @param count of places, at least 2, equally far from each other
     * @param width standard deviation of the Gaussian, greater than 0
     */
    public Curve curve(double from, double to, int count, double width) {
        OptionException.require(from < to && Double.isFinite(to - from), "spectral density", "from", from, "less than " + to);
        OptionException.require(count >= 2, "spectral density", "count", count, "at least 2");
        OptionException.require(width > 0 && Double.isFinite(width), "spectral density", "width", width, "finite and greater than 0");
        double[] x = new double[count];
        double[] density = new double[count];
        double[] error = new double[count];
        double height = 1 / (width * Math.sqrt(2 * Math.PI));
        for (int i = 0; i < count; i++) {
            double place = from + (to - from) * i / (count - 1);
            Moments m = mean(t -> height * Math.exp(-0.5 * (place - t) / width * ((place - t) / width)));
            x[i] = place;
            density[i] = m.mean();
            error[i] = m.standardError();
        }
        return new Curve(x, density, error, width);
    }
}
