package dev.steppe.optim.landscape;

import dev.steppe.core.Parameters;
import dev.steppe.core.Points;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Kernels;
import dev.steppe.optim.algebra.Symmetric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The plane through the end of a training run that shows most of its path: the two principal directions of the weights at some moments (Li et al., arXiv
 * 1712.09913, section 7.2; in random directions a path shows nothing, section 7.1). The principal components are those of the moments around their mean, as in
 * the authors' program; coordinates are counted from the last moment.
 *
 * <p>The plane to draw it on is {@code landscape.plane(end, t.first(), t.second(), ..)}.
 *
 * @param first principal direction, of length 1; its sign is such that the first moment has no negative coordinate
 * @param second the same, at a right angle to the first
 * @param x coordinate of each moment along the first; the last one is 0
 * @param y along the second
 * @param explained the share of the whole variance that each principal component has, descending
 */
public record Trajectory(Tensor first, Tensor second, double[] x, double[] y, double[] explained) {
    /** Components with a smaller share of the variance than this have no direction that rounding would not decide. */
    private static final double LEAST = 1e-12;

    /**
     * The path through some moments.
     *
     * @param end the last one; its layout is that of all
     * @param moments weights in the order of time, the end included: at least 3 points
     * @throws IllegalArgumentException if there are fewer, or all lie on one line
     * @throws dev.steppe.kernels.ShapeException if a point is not of the type of the end
     */
    public static Trajectory of(Kernels kernels, Parameters end, List<Tensor> moments) {
        int n = moments.size();
        if (n < 3) { throw new IllegalArgumentException("trajectory: " + n + " moments, expected at least 3"); }
        moments.forEach(m -> Landscape.requireLike(end, "moment", m));
        Points points = new Points(kernels);
        List<Tensor> ways = new ArrayList<>();
        for (Tensor moment : moments) {
            Tensor way = points.zeros(moment);
            points.combine(1, moment, -1, end.point(), way);
            ways.add(way);
        }
        double[][] products = products(points, ways);
        Symmetric parts = Symmetric.of(centred(products));
        double whole = Arrays.stream(parts.values()).map(v -> Math.max(0, v)).sum();
        if (!(parts.values()[1] > LEAST * whole)) {
            throw new IllegalArgumentException("trajectory: the " + n + " moments lie on one line; shares of the variance: "
                    + (whole > 0 ? parts.values()[0] / whole : 0) + ", " + (whole > 0 ? parts.values()[1] / whole : 0));
        }
        Tensor first = direction(points, ways, parts.vectors()[0], null);
        Tensor second = direction(points, ways, parts.vectors()[1], first);
        return new Trajectory(first, second, coordinates(points, ways, first), coordinates(points, ways, second),
                Arrays.stream(parts.values()).map(v -> Math.max(0, v) / whole).toArray());
    }

    /** All inner products. */
    private static double[][] products(Points points, List<Tensor> ways) {
        double[][] products = new double[ways.size()][ways.size()];
        for (int i = 0; i < products.length; i++) {
            for (int j = 0; j <= i; j++) {
                products[i][j] = points.dot(ways.get(i), ways.get(j));
                products[j][i] = products[i][j];
            }
        }
        return products;
    }

    /** The inner products of what is left when the mean is taken off. */
    private static double[][] centred(double[][] products) {
        int n = products.length;
        double[] mean = Arrays.stream(products).mapToDouble(row -> Arrays.stream(row).average().orElse(0)).toArray();
        double all = Arrays.stream(mean).average().orElse(0);
        double[][] centred = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                centred[i][j] = products[i][j] - mean[i] - mean[j] + all;
            }
        }
        return centred;
    }

    /**
     * The direction whose shares in the moments are an eigenvector's.
     *
     * @param beside what it has to be at a right angle to; null if nothing
     */
    private static Tensor direction(Points points, List<Tensor> ways, double[] shares, Tensor beside) {
        // Shares add up to 0 but for rounding; made to, they need no mean.
        double mean = Arrays.stream(shares).average().orElse(0);
        Tensor sum = points.zeros(ways.getFirst());
        for (int i = 0; i < shares.length; i++) {
            points.axpy(shares[i] - mean, ways.get(i), sum);
        }
        if (beside != null) {
            points.axpy(-points.dot(sum, beside), beside, sum);
        }
        points.scale((points.dot(sum, ways.getFirst()) < 0 ? -1 : 1) / points.norm(sum), sum, sum);
        return sum;
    }

    private static double[] coordinates(Points points, List<Tensor> ways, Tensor direction) {
        return ways.stream().mapToDouble(way -> points.dot(way, direction)).toArray();
    }
}
