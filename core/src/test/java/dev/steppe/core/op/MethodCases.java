package dev.steppe.core.op;

import static dev.steppe.core.op.ElementwiseCases.ids;
import static dev.steppe.core.op.ElementwiseCases.numbers;

import dev.steppe.core.Losses;
import dev.steppe.core.Losses.Smoothing;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.op.OpCase.Sample;
import dev.steppe.kernels.DType;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Methods that are composed of several ops, or that work out the attributes of one. */
final class MethodCases {
    private MethodCases() {
    }

    static List<OpCase> all() {
        return List.of(gelu(), silu(), minimum(), mean(), variance(), max(), matmul(), embedding(), globalAveragePool(), pad(), slice(),
                sumTo(),
                crossEntropyOfIds(), crossEntropyOfWeights(), squaredError());
    }

    private static OpCase unary(String name, Function<Tensor, Tensor> f, ToDoubleFunction<Double> definition) {
        return new OpCase(name, d -> Sample.ofOne(in -> f.apply(in[0]), d.numbers(d.shape(0, 3))),
                d -> Sample.ofOne(in -> f.apply(in[0]), d.numbers(0, 2)),
                List.of(() -> Sample.ofOne(in -> f.apply(in[0]), ids())),
                s -> Arrays.stream(s.inputs()[0].toDoubles()).map(definition::applyAsDouble).toArray());
    }

    private static OpCase gelu() {
        return unary("gelu", Tensor::gelu, x -> x * 0.5 * (1 + ElementwiseCases.erf(x / Math.sqrt(2))));
    }

    private static OpCase silu() {
        return unary("silu", Tensor::silu, x -> x / (1 + Math.exp(-x)));
    }

    private static OpCase minimum() {
        return new OpCase("minimum", d -> {
            Shape s = d.shape(0, 3);
            return Sample.ofOne(in -> in[0].minimum(in[1]), d.lattice(s, false), d.lattice(d.broadcastable(s), true));
        }, d -> Sample.ofOne(in -> in[0].minimum(in[1]), d.numbers(0, 2), d.numbers(2)),
                List.of(() -> Sample.ofOne(in -> in[0].minimum(in[1]), numbers(3), numbers(2))),
                s -> Loops.of(s.inputs()[0].shape(), i -> Math.min(Loops.at(s.inputs()[0], i), Loops.at(s.inputs()[1], i))));
    }

    /** A reduction over the last and, if there are two, the first axis; the method's case, and each group of numbers that is reduced to one. */
    private static OpCase reduction(String name, Function<Tensor, Tensor> f, Function<Draw, Function<Shape, Tensor>> numbers,
            ToDoubleFunction<double[]> definition, List<Supplier<Sample>> errors) {
        return new OpCase(name, d -> {
            Shape s = d.shape(1, 3);
            return Sample.ofOne(in -> f.apply(in[0]), numbers.apply(d).apply(s.size() == 0 ? Shape.of(2, 3) : s));
        }, d -> Sample.ofOne(in -> f.apply(in[0]), d.numbers(2, 0, 3)), errors, s -> {
            Tensor x = s.inputs()[0];
            int last = x.shape().rank() - 1;
            Shape kept = x.shape().with(0, 1).with(last, 1);
            return Loops.of(kept,
                    i -> definition.applyAsDouble(Loops.of(Shape.of(x.shape().dim(0), last == 0 ? 1 : x.shape().dim(last)), k -> {
                        int[] at = i.clone();
                        at[0] = k[0];
                        at[last] = last == 0 ? k[0] : k[1];
                        return Loops.at(x, at);
                    })));
        });
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).sum() / values.length;
    }

    private static OpCase mean() {
        OpCase reduction = reduction("mean", x -> x.mean(true, 0, -1), d -> d::numbers, MethodCases::mean,
                List.of(() -> Sample.ofOne(in -> in[0].mean(), numbers(0, 3)), () -> Sample.ofOne(in -> in[0].mean(true, 2), numbers(2, 3)),
                        () -> Sample.ofOne(in -> in[0].mean(), ids())));
        return withEmpty(reduction, d -> Sample.ofOne(in -> in[0].add(in[1].mean()), d.numbers(0, 2), d.numbers(2)));
    }

    private static OpCase variance() {
        OpCase reduction = reduction("variance", x -> x.variance(false, -1, 0), d -> d::numbers, v -> {
            double mean = mean(v);
            return mean(Arrays.stream(v).map(x -> (x - mean) * (x - mean)).toArray());
        }, List.of(() -> Sample.ofOne(in -> in[0].variance(true, 0), numbers(0, 3))));
        return withEmpty(reduction, d -> Sample.ofOne(in -> in[0].add(in[1].variance(false, 0)), d.numbers(0, 2), d.numbers(2)));
    }

    private static OpCase max() {
        OpCase reduction = reduction("max", x -> x.max(false, 0, -1), d -> d::distinct, v -> Arrays.stream(v).max().orElseThrow(),
                List.of(() -> Sample.ofOne(in -> in[0].max(true, 1), numbers(2, 0)),
                        () -> Sample.ofOne(in -> in[0].max(true, 2), numbers(2, 3))));
        return withEmpty(reduction, d -> Sample.ofOne(in -> in[0].max(true, 0), d.numbers(2, 0, 3)));
    }

    private static OpCase withEmpty(OpCase c, Function<Draw, Sample> empty) {
        return new OpCase(c.name(), c.samples(), empty, c.errors(), c.oracle());
    }

    /** One matrix for all products. */
    private static OpCase matmul() {
        Function<Tensor[], Tensor> f = in -> in[0].matmul(in[1]);
        return new OpCase("matmul", d -> {
            int k = d.from(1, 3);
            return Sample.ofOne(f, d.numbers(d.from(1, 2), d.from(1, 3), d.from(1, 2), k), d.numbers(k, d.from(1, 3)));
        }, d -> Sample.ofOne(f, d.numbers(2, 3, 0), d.numbers(0, 2)), List.of(() -> Sample.ofOne(f, numbers(2, 2, 3), numbers(2, 3))),
                s -> {
                    Tensor a = s.inputs()[0];
                    Tensor b = s.inputs()[1];
                    return Loops.of(a.shape().with(-1, b.shape().dim(1)), i -> IntStream.range(0, b.shape().dim(0))
                            .mapToDouble(j -> Loops.at(a, i[0], i[1], i[2], j) * Loops.at(b, j, i[3])).sum());
                });
    }

    private static OpCase embedding() {
        return new OpCase("embedding", d -> {
            int rows = d.from(1, 4);
            int a = d.from(1, 2);
            int b = d.from(1, 3);
            return Sample.ofOne(in -> in[0].embedding(in[1].reshape(a, b)), d.numbers(rows, d.from(1, 4)), d.ids(a * b, rows));
        }, d -> Sample.ofOne(in -> in[0].embedding(in[1]), d.numbers(3, 2), d.ids(0, 3)),
                List.of(() -> Sample.ofOne(in -> in[0].embedding(in[1]), numbers(2, 2), ids()),
                        () -> Sample.ofOne(in -> in[0].embedding(in[1]), numbers(3), ids())),
                s -> Loops.of(Shape.of(s.inputs()[1].size(), s.inputs()[0].shape().dim(1)),
                        i -> Loops.at(s.inputs()[0], (int) s.inputs()[1].get(i[0]), i[1])));
    }

    private static OpCase globalAveragePool() {
        Function<Tensor[], Tensor> f = in -> in[0].globalAveragePool();
        return new OpCase("globalAveragePool", d -> Sample.ofOne(f, d.numbers(d.from(1, 2), d.from(1, 3), d.from(1, 3), d.from(1, 2))),
                d -> Sample.ofOne(in -> in[0].globalAveragePool().sum(), d.numbers(1, 2, 2, 2)),
                List.of(() -> Sample.ofOne(f, numbers(2, 0, 3, 1)), () -> Sample.ofOne(f, numbers(2, 3))), s -> {
                    Shape x = s.inputs()[0].shape();
                    return Loops.of(Shape.of(x.dim(0), x.dim(3)),
                            i -> mean(Loops.of(Shape.of(x.dim(1), x.dim(2)), k -> Loops.at(s.inputs()[0], i[0], k[0], k[1], i[1]))));
                });
    }

    private static OpCase pad() {
        Function<Tensor[], Tensor> f = in -> in[0].pad(new int[] {1, 0}, new int[] {0, 2});
        return new OpCase("pad", d -> Sample.ofOne(f, d.numbers(d.from(0, 3), d.from(1, 3))), d -> Sample.ofOne(f, d.numbers(0, 3)),
                List.of(() -> Sample.ofOne(f, numbers(3)), () -> Sample.ofOne(in -> in[0].pad(new int[] {-1}, new int[] {0}), numbers(3))),
                s -> {
                    Tensor x = s.inputs()[0];
                    Shape y = Shape.of(x.shape().dim(0) + 1, x.shape().dim(1) + 2);
                    return Loops.of(y, i -> i[0] < 1 || i[1] >= x.shape().dim(1) ? 0 : x.get((i[0] - 1) * x.shape().dim(1) + i[1]));
                });
    }

    private static OpCase slice() {
        Function<Tensor[], Tensor> f = in -> in[0].slice(new int[] {0, 1}, new int[] {2, 4}, new int[] {1, 2}).slice(-1, 1, 2);
        return new OpCase("slice", d -> Sample.ofOne(f, d.numbers(d.from(2, 3), d.from(4, 5))),
                d -> Sample.ofOne(in -> in[0].slice(0, 1, 1), d.numbers(2, 3)),
                List.of(() -> Sample.ofOne(f, numbers(1, 4)), () -> Sample.ofOne(in -> in[0].slice(0, 2, 1), numbers(3)),
                        () -> Sample.ofOne(in -> in[0].slice(1, 0, 1), numbers(3)), () -> Sample.ofOne(f, numbers(2, 4, 1)),
                        () -> Sample.ofOne(in -> in[0].slice(new int[] {0}, new int[] {1}, new int[] {0}), numbers(3))),
                s -> new double[] {Loops.at(s.inputs()[0], 0, 3), Loops.at(s.inputs()[0], 1, 3)});
    }

    private static OpCase sumTo() {
        return new OpCase("sumTo", d -> {
            Shape wide = d.shape(0, 4);
            Shape narrow = d.broadcastable(wide);
            return new Sample(new BroadcastTo(narrow), in -> new Tensor[] {in[0].sumTo(narrow)}, d.numbers(wide));
        }, d -> Sample.ofOne(in -> in[0].sumTo(Shape.of(2)), d.numbers(0, 2)),
                List.of(() -> Sample.ofOne(in -> in[0].sumTo(Shape.of(2)), numbers(3))), s -> {
                    Shape narrow = ((BroadcastTo) s.op()).shape();
                    double[] y = new double[narrow.size()];
                    Loops.each(s.inputs()[0].shape(), i -> y[Loops.flat(narrow, i)] += Loops.at(s.inputs()[0], i));
                    return y;
                });
    }

    private static double[] crossEntropy(Tensor x, java.util.function.ToDoubleFunction<int[]> weight) {
        double[] loss = new double[x.shape().dim(0)];
        Loops.each(x.shape(), i -> {
            double sum = 0;
            for (int j = 0; j < x.shape().dim(1); j++) {
                sum += Math.exp(Loops.at(x, i[0], j));
            }
            loss[i[0]] -= weight.applyAsDouble(i) * (Loops.at(x, i) - Math.log(sum));
        });
        return loss;
    }

    private static OpCase crossEntropyOfIds() {
        return new OpCase("crossEntropy, class ids", d -> {
            int n = d.from(1, 3);
            int classes = d.from(2, 5);
            return Sample.ofOne(in -> Losses.crossEntropy(new Smoothing(0.1, Smoothing.Form.OFF_TARGET)).losses(in[0], in[1]),
                    d.numbers(n, classes),
                    d.ids(n, classes));
        }, d -> Sample.ofOne(in -> Losses.crossEntropy(in[0], in[1]), d.numbers(0, 3), d.ids(0, 3)),
                List.of(() -> Sample.ofOne(in -> Losses.crossEntropy(in[0], in[1]), numbers(3, 2), ids()),
                        () -> Sample.ofOne(in -> Losses.crossEntropy(in[0], in[1]), numbers(2, 3), ids()),
                        () -> Sample.ofOne(in -> Losses.crossEntropy(in[0], in[1]), numbers(3), ids())),
                s -> crossEntropy(s.inputs()[0], i -> s.inputs()[1].get(i[0]) == i[1] ? 0.9 : 0.1 / (s.inputs()[0].shape().dim(1) - 1)));
    }

    private static OpCase crossEntropyOfWeights() {
        return new OpCase("crossEntropy, weights", d -> {
            int n = d.from(1, 3);
            int classes = d.from(2, 5);
            return Sample.ofOne(in -> Losses.crossEntropy(Smoothing.of(0.2)).losses(in[0], in[1]), d.numbers(n, classes),
                    d.numbers(n, classes));
        }, d -> Sample.ofOne(in -> Losses.crossEntropy(in[0], in[1]), d.numbers(0, 3), d.numbers(0, 3)),
                List.of(() -> Sample.ofOne(in -> Losses.crossEntropy(in[0], in[1]), numbers(2, 3), numbers(2, 4)),
                        () -> Sample.ofOne(in -> Losses.crossEntropy(in[0], in[1]), numbers(2, 3),
                                Tensor.zeros(DType.F32, Shape.of(2, 3)))),
                s -> crossEntropy(s.inputs()[0], i -> Loops.at(s.inputs()[1], i) * 0.8 + 0.2 / s.inputs()[0].shape().dim(1)));
    }

    private static OpCase squaredError() {
        Function<Tensor[], Tensor> f = in -> Losses.squaredError(in[0], in[1]);
        return new OpCase("squaredError", d -> {
            Shape s = d.shape(1, 3);
            Shape shape = s.size() == 0 ? Shape.of(2) : s;
            return Sample.ofOne(f, d.numbers(shape), d.numbers(shape));
        }, d -> Sample.ofOne(in -> Losses.squaredError(in[0], in[1]), d.numbers(0, 2), d.numbers(0, 2)),
                List.of(() -> Sample.ofOne(f, numbers(2, 3), numbers(2)), () -> Sample.ofOne(f, numbers(), numbers())), s -> {
                    Shape x = s.inputs()[0].shape();
                    double[] loss = new double[x.dim(0)];
                    Loops.each(x,
                            i -> loss[i[0]] += Math.pow(Loops.at(s.inputs()[0], i) - Loops.at(s.inputs()[1], i), 2) * x.dim(0) / x.size());
                    return loss;
                });
    }
}
