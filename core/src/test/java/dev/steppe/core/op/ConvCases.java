package dev.steppe.core.op;

import static dev.steppe.core.op.ElementwiseCases.ids;
import static dev.steppe.core.op.ElementwiseCases.numbers;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.op.OpCase.Sample;
import dev.steppe.kernels.ConvShape;
import dev.steppe.kernels.PoolShape;
import java.util.List;

/** Convolution and pooling, with their adjoints. */
final class ConvCases {
    private ConvCases() {
    }

    static List<OpCase> all() {
        return List.of(conv(), convBackwardInput(), convBackwardFilter(), maxPool(), maxPoolBackward(), maxPoolGather(), averagePool(),
                averagePoolBackward());
    }

    /** A small convolution; its shapes are given by those of x and of the filter. */
    record Conv(Conv2d op, Shape x, Shape filter) {
        static Conv draw(Draw d) {
            int groups = d.of(1, 1, 2, 3);
            Conv2d op = new Conv2d(d.from(1, 3), d.from(0, 2), d.from(1, 2), groups);
            int r = d.from(1, 3);
            int s = d.from(1, 3);
            int in = d.from(1, 2);
            Shape x = Shape.of(d.from(1, 2), size(d, op, r), size(d, op, s), in * groups);
            Shape filter = Shape.of(r, s, in, groups * d.from(1, 2));
            Conv conv = new Conv(op, x, filter);
            return x.size() > 48 || filter.size() > 48 || conv.y().size() > 48 ? draw(d) : conv;
        }

        private static int size(Draw d, Conv2d op, int filter) {
            return Math.max(1, op.dilation() * (filter - 1) + 1 - 2 * op.padding()) + d.from(0, 3);
        }

        Shape y() {
            return Conv2d.output(op.shape(x, filter));
        }
    }

    /** Something done for each product of the definition, with flat indices into x, filter and y. */
    interface Tap {
        void at(int x, int filter, int y);
    }

    static void taps(Conv2d op, Shape x, Shape filter, Tap tap) {
        ConvShape s = op.shape(x, filter);
        int in = s.c() / s.groups();
        int out = s.k() / s.groups();
        Shape y = Conv2d.output(s);
        Loops.each(y, i -> Loops.each(Shape.of(s.r(), s.s(), in), f -> {
            int h = i[1] * s.stride() - s.padding() + f[0] * s.dilation();
            int w = i[2] * s.stride() - s.padding() + f[1] * s.dilation();
            if (h >= 0 && h < s.h() && w >= 0 && w < s.w()) {
                int xi = ((i[0] * s.h() + h) * s.w() + w) * s.c() + i[3] / out * in + f[2];
                tap.at(xi, ((f[0] * s.s() + f[1]) * in + f[2]) * s.k() + i[3], ((i[0] * s.oh() + i[1]) * s.ow() + i[2]) * s.k() + i[3]);
            }
        }));
    }

    private static OpCase conv() {
        Conv2d plain = new Conv2d(1, 0, 1, 1);
        return new OpCase("Conv2d", d -> {
            Conv c = Conv.draw(d);
            return Sample.of(c.op, d.numbers(c.x), d.numbers(c.filter));
        }, d -> Sample.of(plain, d.numbers(0, 3, 3, 2), d.numbers(2, 2, 2, 3)),
                List.of(() -> Sample.of(plain, numbers(8, 4, 4, 16), numbers(3, 3, 32, 64)),
                        () -> Sample.of(plain, numbers(1, 2, 2, 1), numbers(3, 3, 1, 1)),
                        () -> Sample.of(plain, numbers(2, 2, 1), numbers(1, 1, 1, 1)),
                        () -> Sample.of(plain, numbers(1, 2, 2, 1), numbers(1, 1, 1)),
                        () -> Sample.of(new Conv2d(0, 0, 1, 1), numbers(1, 2, 2, 1), numbers(1, 1, 1, 1)),
                        () -> Sample.of(new Conv2d(1, -1, 1, 1), numbers(1, 2, 2, 1), numbers(1, 1, 1, 1)),
                        () -> Sample.of(new Conv2d(1, 0, 0, 1), numbers(1, 2, 2, 1), numbers(1, 1, 1, 1)),
                        () -> Sample.of(new Conv2d(1, 0, 1, 0), numbers(1, 2, 2, 1), numbers(1, 1, 1, 1)),
                        () -> Sample.of(new Conv2d(1, 0, 1, 2), numbers(1, 2, 2, 2), numbers(1, 1, 1, 3)),
                        () -> Sample.of(plain, numbers(1, 2, 2, 1))),
                s -> convolved((Conv2d) s.op(), s.inputs()[0], s.inputs()[1]));
    }

    static double[] convolved(Conv2d op, Tensor x, Tensor filter) {
        Conv c = new Conv(op, x.shape(), filter.shape());
        double[] y = new double[c.y().size()];
        taps(c.op, c.x, c.filter, (xi, fi, yi) -> y[yi] += x.get(xi) * filter.get(fi));
        return y;
    }

    private static OpCase convBackwardInput() {
        Conv2d plain = new Conv2d(1, 0, 1, 1);
        return new OpCase("Conv2dBackwardInput", d -> {
            Conv c = Conv.draw(d);
            return Sample.of(new Conv2dBackwardInput(c.op, c.x), d.numbers(c.y()), d.numbers(c.filter));
        }, d -> Sample.of(new Conv2dBackwardInput(plain, Shape.of(0, 3, 3, 2)), d.numbers(0, 2, 2, 3), d.numbers(2, 2, 2, 3)),
                List.of(() -> Sample.of(new Conv2dBackwardInput(plain, Shape.of(1, 3, 3, 1)), numbers(1, 3, 2, 1), numbers(2, 2, 1, 1)),
                        () -> Sample.of(new Conv2dBackwardInput(plain, Shape.of(1, 3, 3, 2)), numbers(1, 2, 2, 1), numbers(2, 2, 1, 1))),
                s -> {
                    Conv2dBackwardInput op = (Conv2dBackwardInput) s.op();
                    double[] dx = new double[op.shape().size()];
                    taps(op.conv(), op.shape(), s.inputs()[1].shape(),
                            (xi, fi, yi) -> dx[xi] += s.inputs()[0].get(yi) * s.inputs()[1].get(fi));
                    return dx;
                });
    }

    private static OpCase convBackwardFilter() {
        Conv2d plain = new Conv2d(1, 0, 1, 1);
        return new OpCase("Conv2dBackwardFilter", d -> {
            Conv c = Conv.draw(d);
            return Sample.of(new Conv2dBackwardFilter(c.op, c.filter), d.numbers(c.x), d.numbers(c.y()));
        }, d -> Sample.of(new Conv2dBackwardFilter(plain, Shape.of(2, 2, 2, 3)), d.numbers(0, 3, 3, 2), d.numbers(0, 2, 2, 3)),
                List.of(() -> Sample.of(new Conv2dBackwardFilter(plain, Shape.of(2, 2, 1, 1)), numbers(1, 3, 3, 1), numbers(1, 2, 3, 1)),
                        () -> Sample.of(new Conv2dBackwardFilter(plain, Shape.of(2, 2, 2, 1)), numbers(1, 3, 3, 1), numbers(1, 2, 2, 1))),
                s -> {
                    Conv2dBackwardFilter op = (Conv2dBackwardFilter) s.op();
                    double[] df = new double[op.shape().size()];
                    taps(op.conv(), s.inputs()[0].shape(), op.shape(),
                            (xi, fi, yi) -> df[fi] += s.inputs()[0].get(xi) * s.inputs()[1].get(yi));
                    return df;
                });
    }

    private static Shape image(Draw d, int r, int s, int padding) {
        return Shape.of(d.from(1, 2), Math.max(1, r - 2 * padding) + d.from(0, 2), Math.max(1, s - 2 * padding) + d.from(0, 2),
                d.from(1, 2));
    }

    private static MaxPool2d pool(Draw d) {
        int r = d.from(1, 3);
        int s = d.from(1, 3);
        return new MaxPool2d(r, s, d.from(1, 3), d.from(0, Math.min(r, s) / 2));
    }

    private static Tensor argmax(MaxPool2d pool, Tensor x) {
        return Tensor.applyAll(pool, x)[1];
    }

    private static OpCase maxPool() {
        return new OpCase("MaxPool2d", d -> {
            MaxPool2d op = pool(d);
            return Sample.of(op, d.distinct(image(d, op.height(), op.width(), op.padding())));
        }, d -> Sample.of(new MaxPool2d(2, 2, 1, 0), d.numbers(0, 3, 3, 2)),
                List.of(() -> Sample.of(new MaxPool2d(2, 2, 1, 2), numbers(1, 3, 3, 1)),
                        () -> Sample.of(new MaxPool2d(3, 3, 1, 0), numbers(1, 2, 3, 1)),
                        () -> Sample.of(new MaxPool2d(1, 1, 0, 0), numbers(1, 2, 3, 1)),
                        () -> Sample.of(new MaxPool2d(1, 1, 1, 0), numbers(2, 3, 1)),
                        () -> Sample.of(new MaxPool2d(1, 1, 1, 0), ids())),
                s -> {
                    MaxPool2d op = (MaxPool2d) s.op();
                    return windows(op.shape(s.inputs()[0].shape()), s.inputs()[0], Double.NEGATIVE_INFINITY, Math::max, 1);
                });
    }

    /** Folds the numbers of each window. */
    private static double[] windows(PoolShape s, Tensor x, double first, java.util.function.DoubleBinaryOperator fold, double factor) {
        return Loops.of(MaxPool2d.output(s), i -> {
            double[] value = {first};
            Loops.each(Shape.of(s.r(), s.s()), k -> {
                int h = i[1] * s.stride() - s.padding() + k[0];
                int w = i[2] * s.stride() - s.padding() + k[1];
                if (h >= 0 && h < s.h() && w >= 0 && w < s.w()) {
                    value[0] = fold.applyAsDouble(value[0], Loops.at(x, i[0], h, w, i[3]));
                }
            });
            return value[0] * factor;
        });
    }

    private static OpCase maxPoolBackward() {
        MaxPool2d two = new MaxPool2d(2, 2, 1, 0);
        return new OpCase("MaxPool2dBackward", d -> {
            MaxPool2d pool = pool(d);
            Tensor x = d.distinct(image(d, pool.height(), pool.width(), pool.padding()));
            Tensor argmax = argmax(pool, x);
            return Sample.of(new MaxPool2dBackward(pool, x.shape()), d.numbers(argmax.shape()), argmax);
        }, d -> Sample.of(new MaxPool2dBackward(two, Shape.of(0, 3, 3, 2)), d.numbers(0, 2, 2, 2), argmax(two, d.numbers(0, 3, 3, 2))),
                List.of(() -> Sample.of(new MaxPool2dBackward(two, Shape.of(1, 3, 3, 2)), numbers(1, 2, 2, 1), ids()),
                        () -> Sample.of(new MaxPool2dBackward(two, Shape.of(1, 3, 3, 1)), numbers(1, 2, 2, 1), ids()),
                        () -> Sample.of(new MaxPool2dBackward(two, Shape.of(1, 2, 2, 1)), numbers(1, 1, 1, 1), numbers(1, 1, 1, 1))),
                s -> {
                    double[] dx = new double[((MaxPool2dBackward) s.op()).shape().size()];
                    for (int i = 0; i < s.inputs()[0].size(); i++) {
                        dx[(int) s.inputs()[1].get(i)] += s.inputs()[0].get(i);
                    }
                    return dx;
                });
    }

    private static OpCase maxPoolGather() {
        MaxPool2d two = new MaxPool2d(2, 2, 1, 0);
        return new OpCase("MaxPool2dGather", d -> {
            MaxPool2d pool = pool(d);
            Tensor x = d.distinct(image(d, pool.height(), pool.width(), pool.padding()));
            return Sample.of(new MaxPool2dGather(pool), d.numbers(x.shape()), argmax(pool, x));
        }, d -> Sample.of(new MaxPool2dGather(two), d.numbers(0, 3, 3, 2), argmax(two, d.numbers(0, 3, 3, 2))),
                List.of(() -> Sample.of(new MaxPool2dGather(two), numbers(1, 3, 3, 1), ids()),
                        () -> Sample.of(new MaxPool2dGather(two), numbers(1, 2, 2, 1), numbers(1, 1, 1, 1))),
                s -> {
                    double[] y = s.inputs()[1].toDoubles();
                    for (int i = 0; i < y.length; i++) {
                        y[i] = s.inputs()[0].get((int) y[i]);
                    }
                    return y;
                });
    }

    private static AveragePool2d average(Draw d) {
        int window = d.from(1, 3);
        return new AveragePool2d(window, d.from(1, 3), d.from(0, window / 2));
    }

    private static OpCase averagePool() {
        return new OpCase("AveragePool2d", d -> {
            AveragePool2d op = average(d);
            return Sample.of(op, d.numbers(image(d, op.window(), op.window(), op.padding())));
        }, d -> Sample.of(new AveragePool2d(2, 1, 0), d.numbers(0, 3, 3, 2)),
                List.of(() -> Sample.of(new AveragePool2d(2, 1, 2), numbers(1, 3, 3, 1)),
                        () -> Sample.of(new AveragePool2d(3, 1, 0), numbers(1, 2, 3, 1)),
                        () -> Sample.of(new AveragePool2d(1, 0, 0), numbers(1, 2, 3, 1)),
                        () -> Sample.of(new AveragePool2d(1, 1, 0), numbers(3))),
                s -> {
                    AveragePool2d op = (AveragePool2d) s.op();
                    return windows(op.shape(s.inputs()[0].shape()), s.inputs()[0], 0, Double::sum, 1.0 / (op.window() * op.window()));
                });
    }

    private static OpCase averagePoolBackward() {
        AveragePool2d two = new AveragePool2d(2, 1, 0);
        return new OpCase("AveragePool2dBackward", d -> {
            AveragePool2d pool = average(d);
            Shape x = image(d, pool.window(), pool.window(), pool.padding());
            return Sample.of(new AveragePool2dBackward(pool, x), d.numbers(MaxPool2d.output(pool.shape(x))));
        }, d -> Sample.of(new AveragePool2dBackward(two, Shape.of(0, 3, 3, 2)), d.numbers(0, 2, 2, 2)),
                List.of(() -> Sample.of(new AveragePool2dBackward(two, Shape.of(1, 3, 3, 1)), numbers(1, 2, 3, 1))), s -> {
                    AveragePool2dBackward op = (AveragePool2dBackward) s.op();
                    PoolShape p = op.pool().shape(op.shape());
                    return Loops.of(op.shape(), i -> {
                        double[] sum = {0};
                        Loops.each(s.inputs()[0].shape(), o -> {
                            int h = i[1] - o[1] * p.stride() + p.padding();
                            int w = i[2] - o[2] * p.stride() + p.padding();
                            if (o[0] == i[0] && o[3] == i[3] && h >= 0 && h < p.r() && w >= 0 && w < p.s()) {
                                sum[0] += Loops.at(s.inputs()[0], o) / (p.r() * p.s());
                            }
                        });
                        return sum[0];
                    });
                });
    }
}
