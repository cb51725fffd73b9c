package dev.steppe.optim;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Sgd;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The problem of the reference trajectories: losses {@code 0.5 (tanh(X w) - y)^2} of 4 rows in 3 batches; w is a weight W [2, 2] and a parameter c [2] of a
 * normalisation layer.
 */
final class Toy {
    static final Kernels KERNELS = Kernels.on(Workers.of(1));

    private static final Weight W = new Weight(Shape.of(2, 2), Role.WEIGHT, 0);
    private static final Weight C = new Weight(Shape.of(2), Role.NORM_SHIFT, Weight.NO_FILTERS);

    final Map<String, Object> file;
    final Parameters start;
    final List<Batch> batches;
    final Objective objective;

    Toy(String file, DType dtype) {
        this.file = Json.resource(file);
        Map<String, Object> problem = Json.map(this.file.get("problem"));
        Map<String, Weight> weights = new LinkedHashMap<>();
        weights.put("W", W);
        weights.put("c", C);
        this.start = new Parameters(ParameterSpace.of(weights), tensor(dtype, Shape.of(6), Json.doubles(problem.get("w0"))),
                Buffers.none());
        List<?> xs = (List<?>) problem.get("X");
        List<?> ys = (List<?>) problem.get("y");
        List<Batch> all = new java.util.ArrayList<>();
        for (int b = 0; b < xs.size(); b++) {
            double[] x = java.util.Arrays.stream(Json.rows(xs.get(b))).flatMapToDouble(java.util.Arrays::stream).toArray();
            all.add(Batch.of(tensor(dtype, Shape.of(4, 6), x), tensor(dtype, Shape.of(4), Json.doubles(ys.get(b)))));
        }
        this.batches = Collections.unmodifiableList(all);
        this.objective = Objective.ofLosses(Toy::losses);
    }

    private static Tensor losses(Batch batch, Pass pass) {
        Tensor x = pass.tape().constant(batch.inputs());
        Tensor w = Tensor.concat(0, pass.at(W).reshape(4, 1), pass.at(C).reshape(2, 1));
        Tensor miss = x.matmul(w).reshape(-1).tanh().sub(pass.tape().constant(batch.targets()));
        return miss.mul(miss).times(0.5);
    }

    static Tensor tensor(DType dtype, Shape shape, double... numbers) {
        return Tensor.of(shape, numbers).to(dtype);
    }

    /** The case of the file that a {@linkplain Golden#name name} means. */
    Map<String, Object> reference(String name) {
        return Json.map(Json.map(file.get("cases")).get(name.substring(name.indexOf('/') + 1)));
    }

    /** The batch of a step: one after the other, again and again. */
    Batch batch(long step) {
        return batches.get((int) (step % batches.size()));
    }

    /** Steps through the batches; the largest relative distance of the weights after a step from their reference. */
    double distance(Optimizer optimizer, double[][] expected) {
        double worst = 0;
        for (int t = 0; t < expected.length; t++) {
            optimizer.step(batch(t));
            worst = Math.max(worst, distance(optimizer.current().point().toDoubles(), expected[t]));
        }
        return worst;
    }

    /** What the file uses in place of the standard normal draw number {@code draw} of a step. */
    Tensor noise(long step, int draw) {
        double[] z = new double[6];
        java.util.Arrays.setAll(z, j -> Math.cos(1 + 13.0 * step + 5 * draw + 3 * j));
        return tensor(start.point().dtype(), Shape.of(6), z);
    }

    /** {@code |a - b| / |b|}. */
    static double distance(double[] a, double[] b) {
        double miss = 0;
        double norm = 0;
        for (int i = 0; i < b.length; i++) {
            miss += (a[i] - b[i]) * (a[i] - b[i]);
            norm += b[i] * b[i];
        }
        return Math.sqrt(miss) / Math.sqrt(norm);
    }

    /** The base optimizer that a case of the file describes, or else the file. */
    BaseOptimizer base(Map<String, Object> reference) {
        Map<String, Object> base = Json.map(reference.getOrDefault("base", file.get("base")));
        double rate = (Double) base.get("lr");
        double decay = (Double) base.get("weightDecay");
        if (base.get("name").equals("adamw")) {
            double[] betas = Json.doubles(base.get("betas"));
            return new AdamW(rate, betas[0], betas[1], (Double) base.get("eps"), decay);
        }
        return new Sgd(rate, (Double) base.get("momentum"), decay, Boolean.TRUE.equals(base.get("nesterov")));
    }
}
