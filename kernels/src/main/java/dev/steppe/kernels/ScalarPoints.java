package dev.steppe.kernels;

/** Vector algebra in double, one element after the other within a block, block after block. */
final class ScalarPoints implements PointKernel {
    private final Workers workers;
    private final SpanPool spans;

    ScalarPoints(Workers workers, SpanPool spans) {
        this.workers = workers;
        this.spans = spans;
    }

    private interface Term {
        double of(int i);
    }

    private interface Body {
        void at(int i);
    }

    private double sum(int length, Term term) {
        int blocks = Math.ceilDiv(length, Tiles.ELEMENTS);
        Span.F64 partial = (Span.F64) spans.take(DType.F64, blocks);
        try {
            workers.ranges(length, Tiles.ELEMENTS, (from, to) -> {
                double sum = 0;
                for (int i = from; i < to; i++) {
                    sum += term.of(i);
                }
                partial.set(from / Tiles.ELEMENTS, sum);
            });
            double sum = 0;
            for (int block = 0; block < blocks; block++) {
                sum += partial.get(block);
            }
            return sum;
        } finally {
            spans.give(partial);
        }
    }

    private void each(int length, Body body) {
        workers.ranges(length, Tiles.ELEMENTS, (from, to) -> {
            for (int i = from; i < to; i++) {
                body.at(i);
            }
        });
    }

    static void check(String kernel, Span x, Span... others) {
        Check.floating(kernel, x);
        for (Span y : others) {
            Check.span(kernel, y, x.dtype(), x.length());
        }
    }

    @Override
    public double dot(Span x, Span y) {
        check("dot", x, y);
        return sum(x.length(), i -> x.get(i) * y.get(i));
    }

    @Override
    public double sumOfSquares(Span x) {
        Check.floating("sumOfSquares", x);
        return sum(x.length(), i -> x.get(i) * x.get(i));
    }

    @Override
    public double sum(Span x) {
        Check.floating("sum", x);
        return sum(x.length(), x::get);
    }

    @Override
    public double scaledSumOfSquares(Span d, Span x) {
        check("scaledSumOfSquares", d, x);
        return sum(x.length(), i -> d.get(i) * x.get(i) * (d.get(i) * x.get(i)));
    }

    @Override
    public boolean allFinite(Span x) {
        Check.floating("allFinite", x);
        return sum(x.length(), i -> Double.isFinite(x.get(i)) ? 0 : 1) == 0;
    }

    @Override
    public void scale(double a, Span x, Span out) {
        check("scale", x, out);
        each(x.length(), i -> out.set(i, a * x.get(i)));
    }

    @Override
    public void axpy(double a, Span x, Span y) {
        check("axpy", x, y);
        each(x.length(), i -> y.set(i, y.get(i) + a * x.get(i)));
    }

    @Override
    public void combine(double a, Span x, double b, Span y, Span out) {
        check("combine", x, y);
        check("combine", x, out);
        each(x.length(), i -> out.set(i, a * x.get(i) + b * y.get(i)));
    }

    @Override
    public void lerp(Span x, Span y, double t, Span out) {
        check("lerp", x, y);
        check("lerp", x, out);
        each(x.length(), i -> out.set(i, x.get(i) + t * (y.get(i) - x.get(i))));
    }

    @Override
    public void multiply(double a, Span x, Span y, Span out) {
        check("multiply", x, y);
        check("multiply", x, out);
        each(x.length(), i -> out.set(i, a * (x.get(i) * y.get(i))));
    }

    @Override
    public void sgd(Span w, Span g, Span m, double rate, double momentum, double decay, boolean nesterov, boolean first) {
        check("sgd", w, g);
        if (momentum == 0) {
            each(w.length(), i -> w.set(i, w.get(i) - rate * (g.get(i) + decay * w.get(i))));
            return;
        }
        check("sgd", w, m);
        each(w.length(), i -> {
            double gradient = g.get(i) + decay * w.get(i);
            double velocity = first ? gradient : momentum * m.get(i) + gradient;
            m.set(i, velocity);
            w.set(i, w.get(i) - rate * (nesterov ? gradient + momentum * velocity : velocity));
        });
    }

    @Override
    public void adamW(Span w, Span g, Span m, Span v, double rate, double beta1, double beta2, double epsilon, double decay,
            double correction1,
            double correction2) {
        check("adamW", w, g, m, v);
        double root = Math.sqrt(correction2);
        each(w.length(), i -> {
            double step = adam(g.get(i), i, m, v, beta1, beta2, epsilon, correction1, root);
            w.set(i, w.get(i) * (1 - rate * decay) - rate * step);
        });
    }

    @Override
    public void adam(Span w, Span g, Span m, Span v, double rate, double beta1, double beta2, double epsilon, double decay,
            double correction1, double correction2) {
        check("adam", w, g, m, v);
        double root = Math.sqrt(correction2);
        each(w.length(), i -> {
            double step = adam(g.get(i) + decay * w.get(i), i, m, v, beta1, beta2, epsilon, correction1, root);
            w.set(i, w.get(i) - rate * step);
        });
    }

    @Override
    public void lamb(Span w, Span g, Span m, Span v, Span out, double beta1, double beta2, double epsilon, double decay,
            double correction1, double correction2) {
        check("lamb", w, g, m, v, out);
        double root = Math.sqrt(correction2);
        each(w.length(), i -> out.set(i, adam(g.get(i), i, m, v, beta1, beta2, epsilon, correction1, root) + decay * w.get(i)));
    }

    /** The two averages of Adam, and where they point to. */
    private static double adam(double gradient, int i, Span m, Span v, double beta1, double beta2, double epsilon, double correction1,
            double root) {
        double mean = beta1 * m.get(i) + (1 - beta1) * gradient;
        double square = beta2 * v.get(i) + (1 - beta2) * gradient * gradient;
        m.set(i, mean);
        v.set(i, square);
        return mean / correction1 / (Math.sqrt(square) / root + epsilon);
    }

    @Override
    public void rmsProp(Span w, Span g, Span v, Span m, double rate, double alpha, double epsilon, double decay, double momentum) {
        check("rmsProp", w, g, v);
        if (momentum != 0) {
            check("rmsProp", w, m);
        }
        each(w.length(), i -> {
            double gradient = g.get(i) + decay * w.get(i);
            double square = alpha * v.get(i) + (1 - alpha) * gradient * gradient;
            double step = gradient / (Math.sqrt(square) + epsilon);
            v.set(i, square);
            if (momentum != 0) {
                step += momentum * m.get(i);
                m.set(i, step);
            }
            w.set(i, w.get(i) - rate * step);
        });
    }

    @Override
    public void lion(Span w, Span g, Span m, double rate, double beta1, double beta2, double decay) {
        check("lion", w, g, m);
        each(w.length(), i -> {
            double direction = Math.signum(beta1 * m.get(i) + (1 - beta1) * g.get(i));
            m.set(i, beta2 * m.get(i) + (1 - beta2) * g.get(i));
            w.set(i, w.get(i) * (1 - rate * decay) - rate * direction);
        });
    }
}
