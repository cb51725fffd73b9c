package dev.steppe.core.op;

import static dev.steppe.core.op.ElementwiseCases.ids;
import static dev.steppe.core.op.ElementwiseCases.numbers;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.op.OpCase.Sample;
import dev.steppe.kernels.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Ops that move numbers, or add them up. */
final class ShapeCases {
    private ShapeCases() {
    }

    static List<OpCase> all() {
        return List.of(reshape(), broadcastTo(), sum(), transpose(), slice(), embed(), concat(), indexSelect(), scatterAdd());
    }

    private static OpCase reshape() {
        return new OpCase("Reshape", d -> {
            Tensor x = d.numbers(d.shape(0, 4));
            int size = x.size();
            int first = size == 0 ? 0 : IntStream.rangeClosed(1, size).filter(i -> size % i == 0).toArray()[d.from(0, divisors(size) - 1)];
            return Sample.of(new Reshape(size == 0 ? Shape.of(3, 0) : Shape.of(first, 1, size / first)), x);
        }, d -> Sample.of(new Reshape(Shape.of(0, 7)), d.numbers(2, 0)),
                List.of(() -> Sample.of(new Reshape(Shape.of(2, 2)), numbers(3)),
                        () -> Sample.of(Reshape.to(Shape.of(3), 2, -1), numbers(3)),
                        () -> Sample.of(Reshape.to(Shape.of(0), 0, -1), numbers(0)),
                        () -> Sample.of(Reshape.to(Shape.of(3), -1, -1), numbers(3))),
                s -> s.inputs()[0].toDoubles());
    }

    private static int divisors(int n) {
        return (int) IntStream.rangeClosed(1, n).filter(i -> n % i == 0).count();
    }

    private static OpCase broadcastTo() {
        return new OpCase("BroadcastTo", d -> {
            Shape s = d.shape(0, 4);
            return Sample.of(new BroadcastTo(s), d.numbers(d.broadcastable(s)));
        }, d -> Sample.of(new BroadcastTo(Shape.of(3, 0, 2)), d.numbers(1, 2)),
                List.of(() -> Sample.of(new BroadcastTo(Shape.of(3, 4)), numbers(3)),
                        () -> Sample.of(new BroadcastTo(Shape.of(1)), numbers(3)),
                        () -> Sample.of(new BroadcastTo(Shape.of(2)), numbers(3, 2))),
                s -> Loops.of(((BroadcastTo) s.op()).shape(), i -> Loops.at(s.inputs()[0], i)));
    }

    private static OpCase sum() {
        return new OpCase("Sum", d -> {
            Shape s = d.shape(0, 4);
            return Sample.of(new Sum(IntStream.range(0, s.rank()).boxed().filter(i -> d.coin()).toList(), d.coin()), d.numbers(s));
        }, d -> Sample.of(new Sum(List.of(0, 2), false), d.numbers(0, 3, 2)),
                List.of(() -> Sample.of(new Sum(List.of(1), false), numbers(3)),
                        () -> Sample.of(Sum.over(Shape.of(3), true, -2), numbers(3)),
                        () -> Sample.of(Sum.all(1), ids())),
                s -> {
                    Sum op = (Sum) s.op();
                    Shape x = s.inputs()[0].shape();
                    Shape kept = Shape.of(IntStream.range(0, x.rank()).map(i -> op.axes().contains(i) ? 1 : x.dim(i)).toArray());
                    double[] y = new double[kept.size()];
                    Loops.each(x, i -> y[Loops.flat(kept, i)] += Loops.at(s.inputs()[0], i));
                    return y;
                });
    }

    private static OpCase transpose() {
        return new OpCase("Transpose", d -> {
            Shape s = d.shape(0, 4);
            List<Integer> p = new ArrayList<>(IntStream.range(0, s.rank()).boxed().toList());
            Collections.shuffle(p, new Random(d.from(0, 99)));
            return Sample.of(new Transpose(p), d.numbers(s));
        }, d -> Sample.of(new Transpose(List.of(1, 0)), d.numbers(0, 3)),
                List.of(() -> Sample.of(new Transpose(List.of(0, 0)), numbers(2, 3)),
                        () -> Sample.of(new Transpose(List.of(0)), numbers(2, 3)),
                        () -> Sample.of(new Transpose(List.of(1, 2)), numbers(2, 3))),
                s -> {
                    Transpose op = (Transpose) s.op();
                    Shape x = s.inputs()[0].shape();
                    Shape y = Shape.of(op.permutation().stream().mapToInt(x::dim).toArray());
                    return Loops.of(y, i -> {
                        int[] at = new int[i.length];
                        for (int k = 0; k < i.length; k++) {
                            at[op.permutation().get(k)] = i[k];
                        }
                        return Loops.at(s.inputs()[0], at);
                    });
                });
    }

    /** Where a narrow tensor lies in a wide one. */
    private record Place(List<Integer> from, List<Integer> step, Shape wide, Shape narrow) {
        static Place draw(Draw d) {
            Shape narrow = d.shape(0, 3);
            List<Integer> from = new ArrayList<>();
            List<Integer> step = new ArrayList<>();
            int[] wide = narrow.dims();
            for (int i = 0; i < wide.length; i++) {
                from.add(d.from(0, 2));
                step.add(d.from(1, 3));
                wide[i] = from.get(i) + Math.max(0, wide[i] - 1) * step.get(i) + 1 + d.from(0, 1);
            }
            return wide.length > 0 && Shape.of(wide).size() > 96 ? draw(d) : new Place(from, step, Shape.of(wide), narrow);
        }

        int[] at(int[] index) {
            return IntStream.range(0, index.length).map(k -> from.get(k) + index[k] * step.get(k)).toArray();
        }
    }

    private static OpCase slice() {
        return new OpCase("Slice", d -> {
            Place p = Place.draw(d);
            return Sample.of(new Slice(p.from, p.step, p.narrow), d.numbers(p.wide));
        }, d -> Sample.of(new Slice(List.of(1, 3), List.of(1, 2), Shape.of(2, 0)), d.numbers(3, 3)),
                List.of(() -> Sample.of(new Slice(List.of(1), List.of(1), Shape.of(3)), numbers(3)),
                        () -> Sample.of(new Slice(List.of(0), List.of(2), Shape.of(2)), numbers(2)),
                        () -> Sample.of(new Slice(List.of(-1), List.of(1), Shape.of(1)), numbers(2)),
                        () -> Sample.of(new Slice(List.of(0), List.of(0), Shape.of(1)), numbers(2)),
                        () -> Sample.of(new Slice(List.of(0), List.of(1), Shape.of(1)), numbers(2, 2))),
                s -> {
                    Slice op = (Slice) s.op();
                    Place p = new Place(op.from(), op.step(), s.inputs()[0].shape(), op.shape());
                    return Loops.of(op.shape(), i -> Loops.at(s.inputs()[0], p.at(i)));
                });
    }

    private static OpCase embed() {
        return new OpCase("Embed", d -> {
            Place p = Place.draw(d);
            return Sample.of(new Embed(p.from, p.step, p.wide), d.numbers(p.narrow));
        }, d -> Sample.of(new Embed(List.of(1, 0), List.of(1, 1), Shape.of(3, 2)), d.numbers(0, 2)),
                List.of(() -> Sample.of(new Embed(List.of(1), List.of(1), Shape.of(3)), numbers(3)),
                        () -> Sample.of(new Embed(List.of(0), List.of(1), Shape.of(3)), numbers(3, 1))),
                s -> {
                    Embed op = (Embed) s.op();
                    Tensor x = s.inputs()[0];
                    Place p = new Place(op.from(), op.step(), op.shape(), x.shape());
                    double[] y = new double[op.shape().size()];
                    Loops.each(x.shape(), i -> {
                        y[Loops.flat(op.shape(), p.at(i))] = Loops.at(x, i);
                    });
                    return y;
                });
    }

    private static OpCase concat() {
        return new OpCase("Concat", d -> {
            Shape s = d.shape(1, 3);
            int axis = d.from(0, s.rank() - 1);
            Tensor[] parts = Stream.generate(() -> d.numbers(s.with(axis, d.from(0, 3)))).limit(d.from(1, 3)).toArray(Tensor[]::new);
            return Sample.of(new Concat(axis), parts);
        }, d -> Sample.of(new Concat(1), d.numbers(2, 0), d.numbers(2, 0)),
                List.of(() -> Sample.of(new Concat(0), numbers(2, 3), numbers(2, 2)), () -> Sample.of(new Concat(2), numbers(2, 3)),
                        () -> Sample.of(new Concat(0), numbers(2, 3), numbers(3)), () -> Sample.of(new Concat(0), numbers(2), ids()),
                        () -> Sample.of(in -> new Tensor[] {Tensor.concat(0)})),
                s -> {
                    int axis = ((Concat) s.op()).axis();
                    int total = 0;
                    for (Tensor t : s.inputs()) {
                        total += t.shape().dim(axis);
                    }
                    return Loops.of(s.inputs()[0].shape().with(axis, total), i -> {
                        int[] at = i.clone();
                        int k = 0;
                        while (at[axis] >= s.inputs()[k].shape().dim(axis)) {
                            at[axis] -= s.inputs()[k++].shape().dim(axis);
                        }
                        return Loops.at(s.inputs()[k], at);
                    });
                });
    }

    private static OpCase indexSelect() {
        return new OpCase("IndexSelect", d -> {
            Shape s = d.shape(1, 3);
            int axis = d.from(0, s.rank() - 1);
            return Sample.of(new IndexSelect(axis), d.numbers(s), d.ids(s.dim(axis) == 0 ? 0 : d.from(0, 5), Math.max(1, s.dim(axis))));
        }, d -> Sample.of(new IndexSelect(0), d.numbers(3, 0), d.ids(2, 3)),
                List.of(() -> Sample.of(new IndexSelect(0), numbers(2, 3), ids()),
                        () -> Sample.of(new IndexSelect(0), numbers(2, 3), numbers(1)),
                        () -> Sample.of(new IndexSelect(0), numbers(3), Tensor.of(Shape.of(1), -1)),
                        () -> Sample.of(new IndexSelect(0), numbers(3), Tensor.zeros(DType.I32, Shape.of(1, 1))),
                        () -> Sample.of(new IndexSelect(1), numbers(3), ids())),
                s -> {
                    int axis = ((IndexSelect) s.op()).axis();
                    return Loops.of(s.inputs()[0].shape().with(axis, s.inputs()[1].size()), i -> {
                        int[] at = i.clone();
                        at[axis] = (int) s.inputs()[1].get(i[axis]);
                        return Loops.at(s.inputs()[0], at);
                    });
                });
    }

    private static OpCase scatterAdd() {
        return new OpCase("ScatterAdd", d -> {
            Shape s = d.shape(1, 3);
            int axis = d.from(0, s.rank() - 1);
            int size = d.from(1, 5);
            return Sample.of(new ScatterAdd(axis, size), d.numbers(s), d.ids(s.dim(axis), size));
        }, d -> Sample.of(new ScatterAdd(0, 3), d.numbers(0, 2), d.ids(0, 3)),
                List.of(() -> Sample.of(new ScatterAdd(0, 2), numbers(3), ids()), () -> Sample.of(new ScatterAdd(0, 3), numbers(2), ids()),
                        () -> Sample.of(new ScatterAdd(0, 3), ids(), ids())),
                s -> {
                    ScatterAdd op = (ScatterAdd) s.op();
                    Tensor x = s.inputs()[0];
                    Shape to = x.shape().with(op.axis(), op.size());
                    double[] y = new double[to.size()];
                    Loops.each(x.shape(), i -> {
                        int[] at = i.clone();
                        at[op.axis()] = (int) s.inputs()[1].get(i[op.axis()]);
                        y[Loops.flat(to, at)] += Loops.at(x, i);
                    });
                    return y;
                });
    }
}
