package dev.steppe.core.op;

import static dev.steppe.core.op.ElementwiseCases.ids;
import static dev.steppe.core.op.ElementwiseCases.numbers;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.op.OpCase.Sample;
import dev.steppe.kernels.DType;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Matrix products, normalisation, softmax and losses. */
final class LayerCases {
    static final double EPSILON = 1e-2;

    private LayerCases() {
    }

    static List<OpCase> all() {
        return List.of(matMul(), batchNorm(), batchNormBackward(), batchNormDoubleBackward(), batchNormInference(), layerNorm(),
                layerNormBackward(), softmax(),
                softmaxBackward(),
                logSoftmax(), logSoftmaxBackward(), crossEntropy(), oneHot());
    }

    private static OpCase matMul() {
        return new OpCase("MatMul", d -> {
            MatMul op = new MatMul(d.coin(), d.coin());
            int[] mkn = {d.from(1, 4), d.from(0, 9) == 0 ? 0 : d.from(1, 4), d.from(1, 4)};
            int[][] leads = d.of(new int[][] {{}, {}}, new int[][] {{2}, {2}}, new int[][] {{1, 2}, {1, 2}}, new int[][] {{3}, {}},
                    new int[][] {{}, {2}});
            return Sample.of(op, d.numbers(matrix(leads[0], mkn[0], mkn[1], op.transposeA())),
                    d.numbers(matrix(leads[1], mkn[1], mkn[2], op.transposeB())));
        }, d -> Sample.of(new MatMul(false, false), d.numbers(0, 3), d.numbers(3, 2)),
                List.of(() -> Sample.of(new MatMul(false, false), numbers(2, 3), numbers(2, 3)),
                        () -> Sample.of(new MatMul(true, false), numbers(2, 3), numbers(3, 2)),
                        () -> Sample.of(new MatMul(false, false), numbers(3), numbers(3, 2)),
                        () -> Sample.of(new MatMul(false, false), numbers(2, 1, 3), numbers(3, 3, 1)),
                        () -> Sample.of(new MatMul(false, false), numbers(2, 3), Tensor.zeros(DType.F32, Shape.of(3, 2)))),
                s -> {
                    MatMul op = (MatMul) s.op();
                    Tensor a = s.inputs()[0];
                    Tensor b = s.inputs()[1];
                    int[] lead = Arrays.copyOf((a.shape().rank() > b.shape().rank() ? a : b).shape().dims(),
                            Math.max(a.shape().rank(), b.shape().rank()) - 2);
                    int k = a.shape().dim(op.transposeA() ? -2 : -1);
                    Shape y = matrix(lead, a.shape().dim(op.transposeA() ? -1 : -2), b.shape().dim(op.transposeB() ? -2 : -1), false);
                    return Loops.of(y, i -> {
                        double sum = 0;
                        for (int j = 0; j < k; j++) {
                            sum += entry(a, i, i[i.length - 2], j, op.transposeA()) * entry(b, i, j, i[i.length - 1], op.transposeB());
                        }
                        return sum;
                    });
                });
    }

    private static Shape matrix(int[] lead, int rows, int columns, boolean transposed) {
        int[] dims = Arrays.copyOf(lead, lead.length + 2);
        dims[lead.length] = transposed ? columns : rows;
        dims[lead.length + 1] = transposed ? rows : columns;
        return Shape.of(dims);
    }

    private static double entry(Tensor t, int[] index, int row, int column, boolean transposed) {
        int[] at = index.clone();
        at[at.length - 2] = transposed ? column : row;
        at[at.length - 1] = transposed ? row : column;
        return Loops.at(t, at);
    }

    /** [rows.., c] with at least two rows. */
    static Shape rows(Draw d) {
        return d.coin() ? Shape.of(d.from(2, 6), d.from(1, 4)) : Shape.of(d.from(1, 2), d.from(2, 3), 2, d.from(1, 3));
    }

    static Shape channels(Shape x) {
        return Shape.of(x.dim(-1));
    }

    /** Spread out, so that variances are not close to 0. */
    static Tensor spread(Draw d, Shape s) {
        return d.distinct(s).times(Math.max(3, 60.0 / Math.max(1, s.size())));
    }

    private static double[] columnMeans(Shape s, double[] x) {
        int c = s.dim(-1);
        double[] sums = new double[c];
        for (int i = 0; i < x.length; i++) {
            sums[i % c] += x[i] * c / x.length;
        }
        return sums;
    }

    /** (x - mean) / sqrt(variance + epsilon) with the means of columns of x. */
    private static double[] normalisedColumns(Tensor x, double[] istd) {
        double[] v = x.toDoubles();
        int c = istd.length;
        double[] mean = columnMeans(x.shape(), v);
        double[] centred = IntStream.range(0, v.length).mapToDouble(i -> v[i] - mean[i % c]).toArray();
        double[] variance = columnMeans(x.shape(), Arrays.stream(centred).map(u -> u * u).toArray());
        Arrays.setAll(istd, j -> 1 / Math.sqrt(variance[j] + EPSILON));
        return IntStream.range(0, v.length).mapToDouble(i -> centred[i] * istd[i % c]).toArray();
    }

    /** Draws until no number that relu gets lies within 0.02 of its kink. */
    static Sample awayFromKink(Draw d, Function<Draw, Sample> samples, Function<Sample, double[]> beforeRelu) {
        Sample s = samples.apply(d);
        return Arrays.stream(beforeRelu.apply(s)).allMatch(y -> Math.abs(y) > 0.02) ? s : awayFromKink(d, samples, beforeRelu);
    }

    static double[] relu(boolean relu, double[] y) {
        return relu ? Arrays.stream(y).map(v -> Math.max(v, 0)).toArray() : y;
    }

    static double[] normalised(Tensor x, Tensor scale, Tensor shift) {
        int c = scale.size();
        double[] y = normalisedColumns(x, new double[c]);
        Arrays.setAll(y, i -> y[i] * scale.get(i % c) + shift.get(i % c));
        return y;
    }

    private static OpCase batchNorm() {
        BatchNorm op = new BatchNorm(EPSILON, false);
        return new OpCase("BatchNorm", draw -> awayFromKink(draw, d -> {
            Shape s = rows(d);
            BatchNorm drawn = new BatchNorm(EPSILON, d.coin());
            Tensor[] in = {spread(d, s), d.numbers(channels(s)), d.numbers(channels(s)), d.numbers(s)};
            return new Sample(drawn, at -> {
                Tensor[] out = Tensor.applyAll(drawn, at);
                return new Tensor[] {out[0], out[1].detach(), out[2].detach()};
            }, d.coin() ? in : Arrays.copyOf(in, 3));
        }, s -> normalisedSum(s.inputs())), d -> Sample.of(op, d.numbers(3, 0), d.numbers(0), d.numbers(0)),
                List.of(() -> Sample.of(op, numbers(0, 3), numbers(3), numbers(3)),
                        () -> Sample.of(op, numbers(2, 3), numbers(2), numbers(3)),
                        () -> Sample.of(op, numbers(2, 3), numbers(3), numbers(1, 3)),
                        () -> Sample.of(op, numbers(2, 3), numbers(3), numbers(3), numbers(3)),
                        () -> Sample.of(op, numbers(3), numbers(3), numbers(3))),
                s -> relu(((BatchNorm) s.op()).relu(), normalisedSum(s.inputs())));
    }

    /** Of x, scale, shift, and the residual if there is one. */
    static double[] normalisedSum(Tensor... in) {
        double[] y = normalised(in[0], in[1], in[2]);
        if (in.length == 4) {
            Arrays.setAll(y, i -> y[i] + in[3].get(i));
        }
        return y;
    }

    private static OpCase batchNormBackward() {
        BatchNormBackward op = new BatchNormBackward(EPSILON, true, false);
        return new OpCase("BatchNormBackward", draw -> awayFromKink(draw, d -> {
            Shape s = rows(d);
            BatchNormBackward backward = new BatchNormBackward(EPSILON, d.coin(), false);
            return new Sample(backward, in -> {
                Tensor[] statistics = Tensor.applyAll(new BatchNorm(EPSILON, false), in[0].detach(), in[2].detach(), in[2].detach());
                return Tensor.applyAll(backward, in[0], in[1], in[2], in[3], statistics[1], statistics[2]);
            }, spread(d, s), d.numbers(s), d.numbers(channels(s)), d.numbers(channels(s)));
        }, s -> normalised(s.inputs()[0], s.inputs()[2], s.inputs()[3])),
                d -> Sample.of(op, d.numbers(3, 0), d.numbers(3, 0), d.numbers(0), d.numbers(0), d.numbers(0), d.numbers(0)),
                List.of(() -> Sample.of(op, numbers(2, 3), numbers(3, 2), numbers(3), numbers(3), numbers(3), numbers(3)),
                        () -> Sample.of(op, numbers(2, 3), numbers(2, 3), numbers(3), numbers(3), numbers(3), numbers(2)),
                        () -> Sample.of(op, numbers(0, 3), numbers(0, 3), numbers(3), numbers(3), numbers(3), numbers(3))),
                s -> backward(s.inputs()[0], s.inputs(), ((BatchNormBackward) s.op()).relu())[0]);
    }

    /** dx, dscale, dshift at another x. */
    static double[][] backward(Tensor x, Tensor[] in, boolean relu) {
        int c = in[2].size();
        double[] istd = new double[c];
        double[] xhat = normalisedColumns(x, istd);
        double[] y = normalised(x, in[2], in[3]);
        double[] dy = IntStream.range(0, y.length).mapToDouble(i -> relu && y[i] < 0 ? 0 : in[1].get(i)).toArray();
        double[] mean = columnMeans(x.shape(), dy);
        double[] moment = columnMeans(x.shape(), IntStream.range(0, dy.length).mapToDouble(i -> dy[i] * xhat[i]).toArray());
        double[] dx = IntStream.range(0, dy.length)
                .mapToDouble(i -> in[2].get(i % c) * istd[i % c] * (dy[i] - mean[i % c] - xhat[i] * moment[i % c])).toArray();
        double rows = c == 0 ? 0 : dy.length / c;
        return new double[][] {dx, Arrays.stream(moment).map(m -> m * rows).toArray(), Arrays.stream(mean).map(m -> m * rows).toArray()};
    }

    /** x, dy, scale, shift, a, p, q, and what the forward and the backward find in them. */
    static Tensor[] withFindings(boolean relu, Tensor... in) {
        Tensor[] found = Tensor.applyAll(new BatchNorm(EPSILON, false), in[0].detach(), in[2].detach(), in[2].detach());
        Tensor[] back = Tensor.applyAll(new BatchNormBackward(EPSILON, relu, false), in[0].detach(), in[1].detach(), in[2].detach(),
                in[3].detach(),
                found[1], found[2]);
        Tensor[] all = Arrays.copyOf(in, 11);
        System.arraycopy(new Tensor[] {found[1], found[2], back[1], back[2]}, 0, all, 7, 4);
        return all;
    }

    private static OpCase batchNormDoubleBackward() {
        BatchNormDoubleBackward op = new BatchNormDoubleBackward(EPSILON, true, false);
        return new OpCase("BatchNormDoubleBackward", draw -> awayFromKink(draw, d -> {
            Shape s = rows(d);
            Shape c = channels(s);
            BatchNormDoubleBackward drawn = new BatchNormDoubleBackward(EPSILON, d.coin(), false);
            return new Sample(drawn, in -> Tensor.applyAll(drawn, withFindings(drawn.relu(), in)), spread(d, s), d.numbers(s), d.numbers(c),
                    d.numbers(c), d.numbers(s), d.numbers(c), d.numbers(c));
        }, s -> normalised(s.inputs()[0], s.inputs()[2], s.inputs()[3])), d -> {
            Tensor none = d.numbers(0);
            Tensor empty = d.numbers(3, 0);
            return Sample.of(op, empty, empty, none, none, empty, none, none, none, none, none, none);
        }, List.of(() -> Sample.of(op, elevenNumbers(numbers(3, 2), numbers(2, 3), 2)),
                () -> Sample.of(op, elevenNumbers(numbers(2, 3), numbers(3, 2), 3)),
                () -> Sample.of(op, elevenNumbers(numbers(2, 3), numbers(2, 3), 2)),
                () -> Sample.of(op, elevenNumbers(numbers(0, 3), numbers(0, 3), 3))), LayerCases::gradientInX);
    }

    private static Tensor[] elevenNumbers(Tensor x, Tensor a, int channels) {
        Tensor c = numbers(channels);
        return new Tensor[] {x, x, c, c, a, c, c, c, c, c, c};
    }

    /** Central differences, extrapolated twice (Richardson), with steps that cross no kink, of {@code <a, dx> + <p, dscale> + <q, dshift>} in x. */
    private static double[] gradientInX(Sample s) {
        Tensor[] in = s.inputs();
        double[] x = in[0].toDoubles();
        boolean relu = ((BatchNormDoubleBackward) s.op()).relu();
        return IntStream.range(0, x.length).mapToDouble(i -> (64 * slope(in, x, i, 2.5e-4, relu) - 20 * slope(in, x, i, 5e-4, relu)
                + slope(in, x, i, 1e-3, relu)) / 45).toArray();
    }

    private static double slope(Tensor[] in, double[] x, int i, double step, boolean relu) {
        double[] sides = new double[2];
        for (int side = 0; side < 2; side++) {
            double[] moved = x.clone();
            moved[i] += side == 0 ? step : -step;
            double[][] back = backward(Tensor.of(in[0].shape(), moved), in, relu);
            sides[side] = dot(back[0], in[4]) + dot(back[1], in[5]) + dot(back[2], in[6]);
        }
        return (sides[0] - sides[1]) / (2 * step);
    }

    private static double dot(double[] x, Tensor y) {
        return IntStream.range(0, x.length).mapToDouble(i -> x[i] * y.get(i)).sum();
    }

    static double[] inference(Tensor... in) {
        return Loops.of(in[0].shape(),
                i -> (Loops.at(in[0], i) - Loops.at(in[1], i)) / Math.sqrt(Loops.at(in[2], i) + EPSILON) * Loops.at(in[3], i)
                        + Loops.at(in[4], i) + (in.length == 6 ? Loops.at(in[5], i) : 0));
    }

    private static OpCase batchNormInference() {
        BatchNormInference op = new BatchNormInference(EPSILON, false);
        return new OpCase("BatchNormInference", draw -> awayFromKink(draw, d -> {
            Shape s = rows(d);
            Shape c = channels(s);
            Tensor[] in = {d.numbers(s), d.numbers(c), d.positive(c), d.numbers(c), d.numbers(c), d.numbers(s)};
            return Sample.of(new BatchNormInference(EPSILON, d.coin()), d.coin() ? in : Arrays.copyOf(in, 5));
        }, s -> inference(s.inputs())),
                d -> Sample.of(op, d.numbers(0, 2), d.numbers(2), d.positive(Shape.of(2)), d.numbers(2), d.numbers(2)),
                List.of(() -> Sample.of(op, numbers(2, 3), numbers(3), numbers(3), numbers(3), numbers(2)),
                        () -> Sample.of(op, numbers(2, 3), numbers(3), numbers(3), numbers(3), numbers(3), numbers(3, 2)),
                        () -> Sample.of(op, numbers(3), numbers(3), numbers(3), numbers(3), numbers(3))),
                s -> relu(((BatchNormInference) s.op()).relu(), inference(s.inputs())));
    }

    /** A matrix turned round: rows become columns. */
    private static Tensor turned(Tensor t) {
        int c = t.shape().dim(-1);
        return t.reshape(t.size() / c, c).transpose(1, 0);
    }

    private static OpCase layerNorm() {
        LayerNorm op = new LayerNorm(EPSILON);
        return new OpCase("LayerNorm", d -> {
            Shape s = d.of(Shape.of(d.from(1, 4), d.from(2, 5)), Shape.of(d.from(2, 6)), Shape.of(2, d.from(1, 2), 3));
            return new Sample(op, in -> new Tensor[] {in[0].layerNorm(in[1], in[2], EPSILON)}, spread(d, s), d.numbers(channels(s)),
                    d.numbers(channels(s)));
        }, d -> Sample.of(op, d.numbers(0, 3), d.numbers(3), d.numbers(3)),
                List.of(() -> Sample.of(op, numbers(3, 0), numbers(0), numbers(0)),
                        () -> Sample.of(op, numbers(2, 3), numbers(2), numbers(3)),
                        () -> Sample.of(op, numbers(2, 3), numbers(3), numbers(2)), () -> Sample.of(op, numbers(), numbers(1), numbers(1))),
                s -> {
                    Tensor x = turned(s.inputs()[0]);
                    double[] xhat = normalisedColumns(x, new double[x.shape().dim(1)]);
                    return Loops.of(Shape.of(x.shape().dim(1), x.shape().dim(0)),
                            i -> xhat[i[1] * x.shape().dim(1) + i[0]] * s.inputs()[1].get(i[1]) + s.inputs()[2].get(i[1]));
                });
    }

    private static OpCase layerNormBackward() {
        LayerNormBackward op = new LayerNormBackward(EPSILON);
        return new OpCase("LayerNormBackward", d -> {
            Shape s = Shape.of(d.from(1, 4), d.from(2, 5));
            return new Sample(op, in -> {
                Tensor[] statistics = Tensor.applyAll(new LayerNorm(EPSILON), in[0].detach(), in[2].detach(), in[2].detach());
                return Tensor.applyAll(op, in[0], in[1], in[2], statistics[1], statistics[2]);
            }, spread(d, s), d.numbers(s), d.numbers(channels(s)));
        }, d -> Sample.of(op, d.numbers(0, 2), d.numbers(0, 2), d.numbers(2), d.numbers(0), d.numbers(0)),
                List.of(() -> Sample.of(op, numbers(2, 3), numbers(3, 2), numbers(3), numbers(2), numbers(2)),
                        () -> Sample.of(op, numbers(2, 3), numbers(2, 3), numbers(3), numbers(3), numbers(2))),
                s -> {
                    Tensor x = turned(s.inputs()[0]);
                    Tensor d = turned(s.inputs()[1].mul(s.inputs()[2]));
                    double[] istd = new double[x.shape().dim(1)];
                    double[] xhat = normalisedColumns(x, istd);
                    double[] mean = columnMeans(x.shape(), d.toDoubles());
                    double[] moment = columnMeans(x.shape(), IntStream.range(0, d.size()).mapToDouble(i -> d.get(i) * xhat[i]).toArray());
                    int rows = istd.length;
                    return Loops.of(s.inputs()[0].shape(),
                            i -> istd[i[0]] * (d.get(i[1] * rows + i[0]) - mean[i[0]] - xhat[i[1] * rows + i[0]] * moment[i[0]]));
                });
    }

    /** [.., classes], classes at least 1. */
    private static Shape logits(Draw d) {
        Shape s = d.shape(1, 3);
        return s.dim(-1) == 0 ? s.with(-1, 3) : s;
    }

    /** A sum over the last axis, for each index. */
    private static double rowSum(Tensor t, int[] index, java.util.function.DoubleUnaryOperator f) {
        int[] at = index.clone();
        double sum = 0;
        for (int j = 0; j < t.shape().dim(-1); j++) {
            at[at.length - 1] = j;
            sum += f.applyAsDouble(Loops.at(t, at));
        }
        return sum;
    }

    private static OpCase softmax() {
        return new OpCase("Softmax", d -> Sample.of(new Softmax(), d.numbers(logits(d))), d -> Sample.of(new Softmax(), d.numbers(0, 3)),
                List.of(() -> Sample.of(new Softmax(), numbers(3, 0)), () -> Sample.of(new Softmax(), numbers()),
                        () -> Sample.of(new Softmax(), ids())),
                s -> Loops.of(s.inputs()[0].shape(), i -> Math.exp(Loops.at(s.inputs()[0], i)) / rowSum(s.inputs()[0], i, Math::exp)));
    }

    private static OpCase softmaxBackward() {
        return new OpCase("SoftmaxBackward", d -> {
            Shape s = logits(d);
            return Sample.of(new SoftmaxBackward(), d.positive(s), d.numbers(s));
        }, d -> Sample.of(new SoftmaxBackward(), d.numbers(0, 3), d.numbers(0, 3)),
                List.of(() -> Sample.of(new SoftmaxBackward(), numbers(3), numbers(3, 1)),
                        () -> Sample.of(new SoftmaxBackward(), numbers(0), numbers(0))),
                s -> {
                    Tensor y = s.inputs()[0];
                    Tensor dy = s.inputs()[1];
                    return Loops.of(y.shape(), i -> Loops.at(y, i) * (Loops.at(dy, i) - rowSum(y.mul(dy), i, v -> v)));
                });
    }

    private static OpCase logSoftmax() {
        return new OpCase("LogSoftmax", d -> Sample.of(new LogSoftmax(), d.numbers(logits(d))),
                d -> Sample.of(new LogSoftmax(), d.numbers(0, 3)),
                List.of(() -> Sample.of(new LogSoftmax(), numbers(3, 0)), () -> Sample.of(new LogSoftmax(), ids())),
                s -> Loops.of(s.inputs()[0].shape(), i -> Loops.at(s.inputs()[0], i) - Math.log(rowSum(s.inputs()[0], i, Math::exp))));
    }

    private static OpCase logSoftmaxBackward() {
        return new OpCase("LogSoftmaxBackward", d -> {
            Shape s = logits(d);
            return Sample.of(new LogSoftmaxBackward(), d.numbers(s), d.numbers(s));
        }, d -> Sample.of(new LogSoftmaxBackward(), d.numbers(0, 3), d.numbers(0, 3)),
                List.of(() -> Sample.of(new LogSoftmaxBackward(), numbers(3), numbers(3, 1)),
                        () -> Sample.of(new LogSoftmaxBackward(), numbers(0), numbers(0))),
                s -> {
                    Tensor y = s.inputs()[0];
                    Tensor dy = s.inputs()[1];
                    return Loops.of(y.shape(), i -> Loops.at(dy, i) - Math.exp(Loops.at(y, i)) * rowSum(dy, i, v -> v));
                });
    }

    private static OpCase crossEntropy() {
        return new OpCase("CrossEntropy", d -> {
            Shape s = Shape.of(d.from(1, 4), d.from(1, 5));
            return Sample.of(new CrossEntropy(), d.numbers(s), d.numbers(s));
        }, d -> Sample.of(new CrossEntropy(), d.numbers(0, 3), d.numbers(0, 3)),
                List.of(() -> Sample.of(new CrossEntropy(), numbers(2, 3), numbers(2, 2)),
                        () -> Sample.of(new CrossEntropy(), numbers(3), numbers(3)),
                        () -> Sample.of(new CrossEntropy(), numbers(2, 0), numbers(2, 0)),
                        () -> Sample.of(new CrossEntropy(), numbers(2, 3), ids())),
                s -> {
                    Tensor x = s.inputs()[0];
                    double[] loss = new double[x.shape().dim(0)];
                    Loops.each(x.shape(),
                            i -> loss[i[0]] -= Loops.at(s.inputs()[1], i) * (Loops.at(x, i) - Math.log(rowSum(x, i, Math::exp))));
                    return loss;
                });
    }

    private static OpCase oneHot() {
        return new OpCase("OneHot", d -> {
            int classes = d.from(1, 5);
            return Sample.of(new OneHot(DType.F64, classes, d.between(0, 1), d.between(0, 1)), d.ids(d.from(0, 4), classes));
        }, d -> Sample.of(new OneHot(DType.F64, 3, 1, 0), d.ids(0, 3)),
                List.of(() -> Sample.of(new OneHot(DType.F64, 2, 1, 0), ids()), () -> Sample.of(new OneHot(DType.F64, 2, 1, 0), numbers(2)),
                        () -> Sample.of(new OneHot(DType.F64, 2, 1, 0), Tensor.of(Shape.of(1), -1)),
                        () -> Sample.of(new OneHot(DType.I32, 3, 1, 0), ids())),
                s -> {
                    OneHot op = (OneHot) s.op();
                    return Loops.of(Shape.of(s.inputs()[0].size(), op.classes()),
                            i -> s.inputs()[0].get(i[0]) == i[1] ? op.on() : op.off());
                });
    }
}
