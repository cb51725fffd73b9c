package dev.steppe.core.op;

import static dev.steppe.core.op.ElementwiseCases.numbers;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.op.OpCase.Sample;
import java.util.Arrays;
import java.util.List;

/** Both backwards of batch normalisation with statistics that are given. */
final class GivenNormCases {
    private GivenNormCases() {
    }

    static List<OpCase> all() {
        return List.of(backward(), doubleBackward());
    }

    private static Tensor mean(Tensor scale) {
        return perChannel(scale, 0.25, -0.5);
    }

    private static Tensor variance(Tensor scale) {
        return perChannel(scale, 0.5, 0.75);
    }

    private static Tensor perChannel(Tensor scale, double first, double step) {
        double[] v = new double[scale.size()];
        Arrays.setAll(v, j -> first + step * j);
        return Tensor.of(scale.shape(), v).to(scale.dtype());
    }

    /** What relu gets: x, scale and shift are operands 0, 2 and 3. */
    private static double[] normalised(Sample s) {
        Tensor[] in = s.inputs();
        return LayerCases.inference(in[0], mean(in[2]), variance(in[2]), in[2], in[3]);
    }

    private static OpCase backward() {
        return new OpCase("BatchNormBackward", draw -> LayerCases.awayFromKink(draw, d -> {
            Shape s = LayerCases.rows(d);
            Shape c = LayerCases.channels(s);
            return use(new BatchNormBackward(LayerCases.EPSILON, d.coin(), true), d.numbers(s), d.numbers(s), d.numbers(c), d.numbers(c));
        }, GivenNormCases::normalised),
                d -> use(new BatchNormBackward(LayerCases.EPSILON, true, true), d.numbers(0, 3), d.numbers(0, 3), d.numbers(3),
                        d.numbers(3)),
                List.of(() -> use(new BatchNormBackward(LayerCases.EPSILON, true, true), numbers(2, 3), numbers(2, 3), numbers(2),
                        numbers(2))),
                GivenNormCases::dx);
    }

    private static Sample use(BatchNormBackward op, Tensor... four) {
        return new Sample(op, in -> Tensor.applyAll(op, in[0], in[1], in[2], in[3], mean(in[2]), variance(in[2])), four);
    }

    private static double[] dx(Sample s) {
        Tensor[] in = s.inputs();
        double[] y = normalised(s);
        boolean relu = ((BatchNormBackward) s.op()).relu();
        double[] dx = new double[y.length];
        int c = in[2].size();
        Arrays.setAll(dx, i -> relu && y[i] < 0 ? 0 : in[1].get(i) * in[2].get(i % c) * istd(in[2], i % c));
        return dx;
    }

    private static double istd(Tensor scale, int channel) {
        return 1 / Math.sqrt(variance(scale).get(channel) + LayerCases.EPSILON);
    }

    private static OpCase doubleBackward() {
        BatchNormDoubleBackward relu = new BatchNormDoubleBackward(LayerCases.EPSILON, true, true);
        return new OpCase("BatchNormDoubleBackward", draw -> LayerCases.awayFromKink(draw, d -> {
            Shape s = LayerCases.rows(d);
            Shape c = LayerCases.channels(s);
            return use(new BatchNormDoubleBackward(LayerCases.EPSILON, d.coin(), true), d.numbers(s), d.numbers(s), d.numbers(c),
                    d.numbers(c), d.numbers(s), d.numbers(c), d.numbers(c));
        }, GivenNormCases::normalised),
                d -> use(relu, d.numbers(0, 3), d.numbers(0, 3), d.numbers(3), d.numbers(3), d.numbers(0, 3), d.numbers(3), d.numbers(3)),
                List.of(() -> use(relu, numbers(2, 3), numbers(2, 3), numbers(3), numbers(3), numbers(3, 2), numbers(3), numbers(3))),
                GivenNormCases::gx);
    }

    private static Sample use(BatchNormDoubleBackward op, Tensor... seven) {
        return new Sample(op, in -> {
            Tensor mean = mean(in[2]);
            Tensor variance = variance(in[2]);
            Tensor[] d = Tensor.applyAll(new BatchNormBackward(op.epsilon(), op.relu(), true), in[0].detach(), in[1].detach(),
                    in[2].detach(), in[3].detach(), mean, variance);
            Tensor[] all = Arrays.copyOf(in, 11);
            System.arraycopy(new Tensor[] {mean, variance, d[1], d[2]}, 0, all, 7, 4);
            return Tensor.applyAll(op, all);
        }, seven);
    }

    /** {@code istd p dy} where dy counts: x is in dscale alone. */
    private static double[] gx(Sample s) {
        Tensor[] in = s.inputs();
        double[] y = normalised(s);
        boolean relu = ((BatchNormDoubleBackward) s.op()).relu();
        double[] gx = new double[y.length];
        int c = in[2].size();
        Arrays.setAll(gx, i -> relu && y[i] < 0 ? 0 : istd(in[2], i % c) * in[5].get(i % c) * in[1].get(i));
        return gx;
    }
}
