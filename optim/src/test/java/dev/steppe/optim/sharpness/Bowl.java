package dev.steppe.optim.sharpness;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.optim.curvature.LossSurface;
import dev.steppe.optim.curvature.SmallNet;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;

/** {@code 0.5 w'Aw - b_i'w} for example i, in F64: on n examples {@code 0.5 w'Aw - b'w} with the mean b. */
final class Bowl {
    final double[][] a;
    /** One row for each example. */
    final double[][] b;
    final double[] w;

    Bowl(double[][] a, double[][] b, double[] w) {
        this.a = a;
        this.b = b;
        this.w = w;
    }

    /** Random, positive definite with eigenvalues of the order 1 unless {@code indefinite}. */
    static Bowl random(long seed, int n, int examples, boolean indefinite) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] m = rows(random, n, n);
        double[][] a = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                a[i][j] = i == j ? 0.1 : 0;
                for (int k = 0; k < n; k++) {
                    a[i][j] += (indefinite && k % 3 == 0 ? -1 : 1) * m[i][k] * m[j][k] / n;
                }
            }
        }
        return new Bowl(a, rows(random, examples, n), rows(random, 1, n)[0]);
    }

    private static double[][] rows(SplittableRandom random, int rows, int n) {
        double[][] m = new double[rows][];
        Arrays.setAll(m, i -> random.doubles(n, -1, 1).toArray());
        return m;
    }

    LossSurface surface() {
        int n = w.length;
        Weight handle = new Weight(Shape.of(n), Role.WEIGHT, Weight.NO_FILTERS);
        Tensor matrix = Tensor.of(Shape.of(n, n), Arrays.stream(a).flatMapToDouble(Arrays::stream).toArray());
        Objective objective = Objective.ofLosses((batch, pass) -> {
            Tensor at = pass.at(handle).reshape(n, 1);
            Tensor bent = at.mul(pass.tape().constant(matrix).matmul(at)).sum().times(0.5).broadcastTo(Shape.of(batch.size()));
            return bent.sub(pass.tape().constant(batch.inputs()).matmul(at).reshape(batch.size()));
        });
        Batch batch = Batch.of(Tensor.of(Shape.of(b.length, n), Arrays.stream(b).flatMapToDouble(Arrays::stream).toArray()),
                Tensor.of(Shape.of(b.length), new int[b.length]));
        Parameters at = new Parameters(ParameterSpace.of(Map.of("w", handle)), Tensor.of(Shape.of(n), w.clone()), Buffers.none());
        return LossSurface.of(objective, at, batch).kernels(SmallNet.KERNELS);
    }

    /** The bowl of some of the examples. */
    Bowl of(int from, int to) {
        return new Bowl(a, Arrays.copyOfRange(b, from, to), w);
    }

    double loss() {
        return loss(w);
    }

    double loss(double[] x) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum -= meanB(i) * x[i];
            for (int j = 0; j < x.length; j++) {
                sum += 0.5 * x[i] * a[i][j] * x[j];
            }
        }
        return sum;
    }

    private double meanB(int i) {
        return Arrays.stream(b).mapToDouble(row -> row[i]).average().orElseThrow();
    }

    double[] gradient() {
        return gradient(w);
    }

    double[] gradient(double[] x) {
        double[] g = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            g[i] = -meanB(i);
            for (int j = 0; j < x.length; j++) {
                g[i] += a[i][j] * x[j];
            }
        }
        return g;
    }

    /** {@code g'e + 0.5 e'Ae}: how much higher it is at {@code w + e}. */
    double rise(double[] e) {
        double sum = 0;
        double[] g = gradient();
        for (int i = 0; i < e.length; i++) {
            sum += g[i] * e[i] + 0.5 * e[i] * times(e)[i];
        }
        return sum;
    }

    double[] times(double[] e) {
        double[] y = new double[e.length];
        for (int i = 0; i < e.length; i++) {
            for (int j = 0; j < e.length; j++) {
                y[i] += a[i][j] * e[j];
            }
        }
        return y;
    }

    /** {@code x_i t_i}. */
    static double[] product(double[] x, double[] t) {
        double[] y = x.clone();
        Arrays.setAll(y, i -> x[i] * t[i]);
        return y;
    }

    static double[] scaled(double factor, double[] x) {
        return Arrays.stream(x).map(v -> factor * v).toArray();
    }

    static double norm(double[] x) {
        return Math.sqrt(Arrays.stream(x).map(v -> v * v).sum());
    }

    double[] absolute() {
        return Arrays.stream(w).map(Math::abs).toArray();
    }
}
