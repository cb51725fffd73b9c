package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.op.OpCase.Sample;
import dev.steppe.kernels.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import java.util.function.Supplier;

/** Ops that work on one number, or on two, at a time. */
final class ElementwiseCases {
    private ElementwiseCases() {
    }

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        unary(cases);
        piecewise(cases);
        binary(cases);
        cases.add(new OpCase("WherePositive", d -> {
            Shape s = d.shape(0, 4);
            return Sample.of(new WherePositive(), d.numbers(s), d.nonZero(s));
        }, d -> Sample.of(new WherePositive(), d.numbers(2, 0), d.numbers(2, 0)),
                List.of(() -> Sample.of(new WherePositive(), numbers(2, 3), numbers(3)),
                        () -> Sample.of(new WherePositive(), numbers(3), Tensor.zeros(DType.F32, Shape.of(3)))),
                s -> elementwise(s, (a, b) -> b > 0 ? a : 0)));
        cases.add(new OpCase("Dropout",
                d -> Sample.of(new Dropout(RandomKey.of(d.from(0, 1000)), d.of(0.0, 0.3, 0.9)), d.numbers(d.shape(0, 4))),
                d -> Sample.of(new Dropout(RandomKey.of(1), 0.5), d.numbers(0, 3)),
                List.of(() -> Sample.of(new Dropout(RandomKey.of(1), 1), numbers(3)),
                        () -> Sample.of(new Dropout(RandomKey.of(1), -0.1), numbers(3)),
                        () -> Sample.of(new Dropout(RandomKey.of(1), Double.NaN), numbers(3)),
                        () -> Sample.of(new Dropout(RandomKey.of(1), 0.5), ids())),
                s -> {
                    Dropout op = (Dropout) s.op();
                    double[] y = s.inputs()[0].toDoubles();
                    for (int i = 0; i < y.length; i++) {
                        y[i] = op.key().uniform(i) < op.probability() ? 0 : y[i] / (1 - op.probability());
                    }
                    return y;
                }));
        return cases;
    }

    private static void unary(List<OpCase> cases) {
        cases.add(unary(d -> new Exp(), d -> d::numbers, (op, x) -> Math.exp(x)));
        cases.add(unary(d -> new Log(), d -> d::positive, (op, x) -> Math.log(x)));
        cases.add(unary(d -> new Sqrt(), d -> d::positive, (op, x) -> Math.sqrt(x)));
        cases.add(unary(d -> new Sigmoid(), d -> d::numbers, (op, x) -> 1 / (1 + Math.exp(-x))));
        cases.add(unary(d -> new Tanh(), d -> d::numbers, (op, x) -> (Math.exp(x) - Math.exp(-x)) / (Math.exp(x) + Math.exp(-x))));
        cases.add(unary(d -> new Softplus(), d -> d::numbers, (op, x) -> Math.log(1 + Math.exp(x))));
        cases.add(unary(d -> new Erf(), d -> d::numbers, (op, x) -> erf(x)));
        cases.add(unary(d -> new Scale(d.between(-3, 3)), d -> d::numbers, (op, x) -> op.factor() * x));
        cases.add(unary(d -> new Shift(d.between(-3, 3)), d -> d::numbers, (op, x) -> op.term() + x));
        cases.add(unary(d -> new Pow(d.of(-2.0, -1.5, -0.5, 0.0, 0.5, 1.0, 1.7, 2.0, 3.0)), d -> d::positive,
                (op, x) -> Math.pow(x, op.exponent())));
    }

    private static void piecewise(List<OpCase> cases) {
        cases.add(unary(d -> new Abs(), d -> d::nonZero, (op, x) -> x < 0 ? -x : x));
        cases.add(unary(d -> new Sign(), d -> d::nonZero, (op, x) -> x < 0 ? -1.0 : 1.0));
        cases.add(unary(d -> new Relu(), d -> d::nonZero, (op, x) -> x < 0 ? 0 : x));
        cases.add(unary(d -> new LeakyRelu(d.between(-0.5, 0.5)), d -> d::nonZero, (op, x) -> x < 0 ? op.slope() * x : x));
        cases.add(unary(d -> new Step(d.between(-0.5, 0.5)), d -> d::nonZero, (op, x) -> x < 0 ? op.low() : 1.0));
        cases.add(unary(d -> new Clamp(-0.1 * d.from(0, 6) - 0.05, 0.1 * d.from(0, 6) + 0.05), d -> s -> d.lattice(s, d.coin()),
                (op, x) -> x < op.low() ? op.low() : x > op.high() ? op.high() : x));
        cases.add(unary(d -> new Within(-0.1 * d.from(0, 6) - 0.05, 0.1 * d.from(0, 6) + 0.05), d -> s -> d.lattice(s, d.coin()),
                (op, x) -> x < op.low() || x > op.high() ? 0.0 : 1.0));
    }

    private static void binary(List<OpCase> cases) {
        cases.add(binary(new Add(), (d, s) -> d.numbers(s), (d, s) -> d.numbers(s), (a, b) -> a + b));
        cases.add(binary(new Subtract(), (d, s) -> d.numbers(s), (d, s) -> d.numbers(s), (a, b) -> a - b));
        cases.add(binary(new Multiply(), (d, s) -> d.numbers(s), (d, s) -> d.numbers(s), (a, b) -> a * b));
        cases.add(binary(new Divide(), (d, s) -> d.numbers(s), (d, s) -> d.nonZero(s), (a, b) -> a / b));
        cases.add(binary(new Maximum(), (d, s) -> d.lattice(s, false), (d, s) -> d.lattice(s, true), (a, b) -> a > b ? a : b));
        cases.add(binary(new Greater(), (d, s) -> d.lattice(s, false), (d, s) -> d.lattice(s, true), (a, b) -> a > b ? 1 : 0));
    }

    private static <T extends Op> OpCase unary(Function<Draw, T> op, Function<Draw, Function<Shape, Tensor>> numbers,
            BiFunction<T, Double, Double> definition) {
        String name = op.apply(new Draw(0)).getClass().getSimpleName();
        return new OpCase(name, d -> Sample.of(op.apply(d), numbers.apply(d).apply(d.shape(0, 4))),
                d -> Sample.of(op.apply(d), d.numbers(2, 0, 3)),
                List.of(() -> Sample.of(op.apply(new Draw(0)), ids()), () -> Sample.of(op.apply(new Draw(0)), numbers(2), numbers(2))),
                s -> {
                    @SuppressWarnings("unchecked")
                    T t = (T) s.op();
                    double[] y = s.inputs()[0].toDoubles();
                    for (int i = 0; i < y.length; i++) {
                        y[i] = definition.apply(t, y[i]);
                    }
                    return y;
                });
    }

    private static OpCase binary(Op op, BiFunction<Draw, Shape, Tensor> a, BiFunction<Draw, Shape, Tensor> b,
            DoubleBinaryOperator definition) {
        Function<Draw, Sample> samples = d -> {
            Shape s = d.shape(0, 4);
            boolean left = d.coin();
            return Sample.of(op, a.apply(d, left ? d.broadcastable(s) : s), b.apply(d, left ? s : d.broadcastable(s)));
        };
        List<Supplier<Sample>> errors = List.of(() -> Sample.of(op, numbers(2, 3), numbers(2)), () -> Sample.of(op, numbers(3), ids()),
                () -> Sample.of(op, numbers(3), Tensor.zeros(DType.F32, Shape.of(3))), () -> Sample.of(op, numbers(3)));
        return new OpCase(op.getClass().getSimpleName(), samples, d -> Sample.of(op, d.numbers(3, 0, 2), d.numbers(1, 2)), errors,
                s -> elementwise(s, definition));
    }

    private static double[] elementwise(Sample s, DoubleBinaryOperator definition) {
        Tensor a = s.inputs()[0];
        Tensor b = s.inputs()[1];
        return Loops.of(Shape.broadcast("oracle", a.shape(), b.shape()),
                i -> definition.applyAsDouble(Loops.at(a, i), Loops.at(b, i)));
    }

    /** Simpson's rule for {@code 2/sqrt(pi) integral of exp(-t^2)}. */
    static double erf(double x) {
        int n = 400;
        double h = x / n;
        double sum = 0;
        for (int i = 0; i <= n; i++) {
            sum += (i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2) * Math.exp(-(i * h) * (i * h));
        }
        return sum * h / 3 * 2 / Math.sqrt(Math.PI);
    }

    static Tensor numbers(int... dims) {
        return Tensor.full(DType.F64, Shape.of(dims), 0.5);
    }

    static Tensor ids() {
        return Tensor.of(Shape.of(3), 0, 1, 2);
    }
}
