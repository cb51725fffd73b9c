package dev.steppe.core.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.steppe.core.Shape;
import dev.steppe.core.Tape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Constant statistics take a fused way back, statistics that are differentiated a plain one; to the rest both give the same. */
class BatchNormInferenceTest {
    private static final int[] ALL = {0, 3, 4, 5};

    private final Kernels kernels = Kernels.on(Workers.of(1));

    @Test
    void theFusedWayBackGivesWhatThePlainOneGives() {
        for (int seed = 0; seed < 40; seed++) {
            Draw d = new Draw(seed);
            Shape s = LayerCases.rows(d);
            Shape c = LayerCases.channels(s);
            Tensor[] six = {d.numbers(s), d.numbers(c), d.positive(c), d.numbers(c), d.numbers(c), d.numbers(s)};
            Tensor[] in = d.coin() ? six : Arrays.copyOf(six, 5);
            BatchNormInference op = new BatchNormInference(LayerCases.EPSILON, d.coin());
            Tensor[] v = {d.numbers(s), d.numbers(c), d.numbers(c), d.numbers(s)};
            double[][] fused = derivatives(op, in, v, false);
            double[][] plain = derivatives(op, in, v, true);
            for (int i = 0; i < fused.length; i++) {
                assertArrayEquals(plain[i], fused[i], 1e-12, "seed " + seed + ", derivative " + i);
            }
        }
    }

    /** Gradients of {@code sum y^3} in x, scale, shift and residual, and the product of the Hessian with v. */
    private double[][] derivatives(BatchNormInference op, Tensor[] in, Tensor[] v, boolean differentiateStatistics) {
        int count = in.length - 2;
        try (Tape tape = Tape.on(kernels)) {
            Tensor[] at = new Tensor[in.length];
            Arrays.setAll(at, i -> (i == 1 || i == 2) && !differentiateStatistics ? tape.constant(in[i]) : tape.watch(in[i]));
            Tensor[] xs = new Tensor[count];
            Arrays.setAll(xs, i -> at[ALL[i]]);
            Tensor y = Tensor.applyAll(op, at)[0].pow(3).sum();
            Tensor[] gradients = tape.gradients(y, true, xs);
            Tensor[] products = tape.gradients(Arrays.asList(gradients), Arrays.asList(v).subList(0, count), false, xs);
            double[][] all = new double[2 * count][];
            for (int i = 0; i < count; i++) {
                all[i] = gradients[i].toDoubles();
                all[count + i] = products[i].toDoubles();
            }
            return all;
        }
    }
}
