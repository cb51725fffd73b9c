package dev.steppe.core.op;

import static dev.steppe.core.op.ElementwiseCases.numbers;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.op.OpCase.Sample;
import java.util.Arrays;
import java.util.List;

/** A convolution and the normalisation of its output, and its backward. */
final class ConvNormCases {
    private static final Conv2d PADDED = new Conv2d(1, 1, 1, 1);

    private ConvNormCases() {
    }

    static List<OpCase> all() {
        return List.of(forward(), backward(), inference());
    }

    /** A convolution with at least two outputs per channel. */
    private static ConvCases.Conv draw(Draw d) {
        ConvCases.Conv c = ConvCases.Conv.draw(d);
        return BatchNorm.rows(c.y()) < 2 ? draw(d) : c;
    }

    private static Tensor convolved(Conv2d conv, Tensor[] in) {
        return Tensor.of(Conv2d.output(conv.shape(in[0].shape(), in[1].shape())), ConvCases.convolved(conv, in[0], in[1]));
    }

    private static double[] beforeRelu(Sample s) {
        Tensor[] in = s.inputs();
        Tensor x = convolved(((ConvBatchNorm) s.op()).conv(), in);
        return LayerCases.normalisedSum(in.length == 5 ? new Tensor[] {x, in[2], in[3], in[4]} : new Tensor[] {x, in[2], in[3]});
    }

    private static OpCase forward() {
        ConvBatchNorm op = new ConvBatchNorm(PADDED, LayerCases.EPSILON, true);
        return new OpCase("ConvBatchNorm", draw -> LayerCases.awayFromKink(draw, d -> {
            ConvCases.Conv c = draw(d);
            Shape channels = Shape.of(c.y().dim(3));
            ConvBatchNorm drawn = new ConvBatchNorm(c.op(), LayerCases.EPSILON, d.coin());
            boolean seesX = d.coin();
            Tensor[] in = {d.numbers(c.x()), d.numbers(c.filter()), d.numbers(channels), d.numbers(channels), d.numbers(c.y())};
            return new Sample(drawn, at -> {
                Tensor[] out = Tensor.applyAll(drawn, at);
                return new Tensor[] {out[0], seesX ? out[1] : out[1].detach(), out[2].detach(), out[3].detach()};
            }, d.coin() ? in : Arrays.copyOf(in, 4));
        }, ConvNormCases::beforeRelu), d -> Sample.of(op, d.numbers(2, 0, 2, 1), d.numbers(1, 1, 1, 2), d.numbers(2), d.numbers(2)),
                List.of(() -> Sample.of(op, numbers(2, 2, 2, 1), numbers(1, 1, 2, 2), numbers(2), numbers(2)),
                        () -> Sample.of(op, numbers(2, 2, 2, 1), numbers(1, 1, 1, 2), numbers(3), numbers(2)),
                        () -> Sample.of(op, numbers(2, 2, 2, 1), numbers(1, 1, 1, 2), numbers(2), numbers(2), numbers(2, 2, 2, 2)),
                        () -> Sample.of(op, numbers(0, 2, 2, 1), numbers(1, 1, 1, 2), numbers(2), numbers(2)),
                        () -> Sample.of(op, numbers(2, 2, 2, 1), numbers(1, 1, 1, 2), numbers(2))),
                s -> LayerCases.relu(((ConvBatchNorm) s.op()).relu(), beforeRelu(s)));
    }

    private static OpCase backward() {
        ConvBatchNormBackward op = new ConvBatchNormBackward(new Conv2d(1, 0, 1, 1), LayerCases.EPSILON, true);
        Tensor[] six = {numbers(2, 2, 2, 1), numbers(1, 1, 1, 3), numbers(2, 2, 2, 3), numbers(2, 2, 2, 3), numbers(3), numbers(3)};
        return new OpCase("ConvBatchNormBackward", draw -> LayerCases.awayFromKink(draw, d -> {
            ConvCases.Conv c = draw(d);
            Shape channels = Shape.of(c.y().dim(3));
            ConvBatchNormBackward drawn = new ConvBatchNormBackward(c.op(), LayerCases.EPSILON, d.coin());
            return new Sample(drawn, in -> Tensor.applyAll(drawn, withStatistics(in)), d.numbers(c.x()), d.numbers(c.filter()),
                    LayerCases.spread(d, c.y()), d.numbers(c.y()), d.numbers(channels), d.numbers(channels));
        }, s -> LayerCases.normalised(s.inputs()[2], s.inputs()[4], s.inputs()[5])), d -> {
            ConvBatchNormBackward padded = new ConvBatchNormBackward(PADDED, LayerCases.EPSILON, true);
            return new Sample(padded, in -> Tensor.applyAll(padded, withStatistics(in)), d.numbers(2, 0, 2, 1), d.numbers(1, 1, 1, 2),
                    d.numbers(2, 2, 4, 2), d.numbers(2, 2, 4, 2), d.numbers(2), d.numbers(2));
        }, List.of(() -> Sample.of(op, six), () -> Sample.of(op, with(six, 2, numbers(2, 2, 3, 3), numbers(3), numbers(3))),
                () -> Sample.of(op, with(six, 3, numbers(2, 2, 3, 3), numbers(3), numbers(3))),
                () -> Sample.of(op, with(six, 5, numbers(2), numbers(3), numbers(3))),
                () -> Sample.of(op, with(six, 5, numbers(3), numbers(3), numbers(2)))), ConvNormCases::gradientOfTheInput);
    }

    private static OpCase inference() {
        ConvBatchNormInference op = new ConvBatchNormInference(PADDED, LayerCases.EPSILON, false);
        return new OpCase("ConvBatchNormInference", draw -> LayerCases.awayFromKink(draw, d -> {
            ConvCases.Conv c = ConvCases.Conv.draw(d);
            Shape k = Shape.of(c.y().dim(3));
            Tensor[] in = {d.numbers(c.x()), d.numbers(c.filter()), d.numbers(k), d.positive(k), d.numbers(k), d.numbers(k),
                d.numbers(c.y())};
            return Sample.of(new ConvBatchNormInference(c.op(), LayerCases.EPSILON, d.coin()), d.coin() ? in : Arrays.copyOf(in, 6));
        }, ConvNormCases::inferred),
                d -> Sample.of(op, d.numbers(0, 3, 3, 2), d.numbers(2, 2, 2, 3), d.numbers(3), d.positive(Shape.of(3)), d.numbers(3),
                        d.numbers(3)),
                List.of(() -> Sample.of(op, numbers(1, 3, 3, 2), numbers(2, 2, 2, 3), numbers(3), numbers(3), numbers(3)),
                        () -> Sample.of(op, numbers(1, 3, 3, 2), numbers(2, 2, 1, 3), numbers(3), numbers(3), numbers(3), numbers(3)),
                        () -> Sample.of(op, numbers(1, 3, 3, 2), numbers(2, 2, 2, 3), numbers(3), numbers(3), numbers(2), numbers(3)),
                        () -> Sample.of(op, numbers(1, 3, 3, 2), numbers(2, 2, 2, 3), numbers(3), numbers(3), numbers(3), numbers(3),
                                numbers(1, 3, 3, 3))),
                s -> LayerCases.relu(((ConvBatchNormInference) s.op()).relu(), inferred(s)));
    }

    private static double[] inferred(Sample s) {
        Tensor[] in = Arrays.copyOfRange(s.inputs(), 1, s.inputs().length);
        in[0] = convolved(((ConvBatchNormInference) s.op()).conv(), s.inputs());
        return LayerCases.inference(in);
    }

    private static Tensor[] with(Tensor[] six, int changed, Tensor other, Tensor mean, Tensor variance) {
        Tensor[] all = Arrays.copyOf(six, 8);
        all[changed] = other;
        all[6] = mean;
        all[7] = variance;
        return all;
    }

    /** Input, filter, x, dy, scale, shift, and mean and variance of x. */
    static Tensor[] withStatistics(Tensor... in) {
        Tensor[] found = Tensor.applyAll(new BatchNorm(LayerCases.EPSILON, false), in[2].detach(), in[4].detach(), in[4].detach());
        Tensor[] all = Arrays.copyOf(in, 8);
        all[6] = found[1];
        all[7] = found[2];
        return all;
    }

    private static double[] gradientOfTheInput(Sample s) {
        ConvBatchNormBackward op = (ConvBatchNormBackward) s.op();
        Tensor[] in = s.inputs();
        double[] dx = LayerCases.backward(in[2], Arrays.copyOfRange(in, 2, 6), op.relu())[0];
        double[] dinput = new double[in[0].size()];
        ConvCases.taps(op.conv(), in[0].shape(), in[1].shape(), (xi, fi, yi) -> dinput[xi] += dx[yi] * in[1].get(fi));
        return dinput;
    }
}
