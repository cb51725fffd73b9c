package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector algebra of F32 points; F64 goes to the scalar twin. Sums run over blocks of {@link Tiles#ELEMENTS} in double lanes, see {@link VectorSums}. Updates
 * round once or twice to float per number, after their constants, where the scalar twin computes in double; the numbers after the last whole vector are left
 * to the twin.
 */
final class VectorPoints implements PointKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    private final Workers workers;
    private final SpanPool spans;
    private final PointKernel scalar;

    VectorPoints(Workers workers, SpanPool spans, PointKernel scalar) {
        this.workers = workers;
        this.spans = spans;
        this.scalar = scalar;
    }

    /** Leaves the lane sums of one block of {@code n} numbers, from {@code at} on, at {@code sums[so ..]}. */
    private interface Block {
        void sum(int at, int n, double[] sums, int so);
    }

    private double sum(int length, Block block) {
        int blocks = Math.ceilDiv(length, Tiles.ELEMENTS);
        Span.F64 partial = (Span.F64) spans.take(DType.F64, blocks * VectorSums.LANES);
        try {
            double[] sums = partial.array();
            int so = partial.offset();
            workers.ranges(length, Tiles.ELEMENTS,
                    (from, to) -> block.sum(from, to - from, sums, so + from / Tiles.ELEMENTS * VectorSums.LANES));
            double sum = 0;
            for (int i = 0; i < blocks; i++) {
                sum += VectorSums.tree(sums, so + i * VectorSums.LANES);
            }
            return sum;
        } finally {
            spans.give(partial);
        }
    }

    @Override
    public double dot(Span x, Span y) {
        ScalarPoints.check("dot", x, y);
        if (x instanceof Span.F32 xf && y instanceof Span.F32 yf) {
            return sum(x.length(),
                    (at, n, sums, so) -> VectorSums.dot(xf.array(), xf.offset() + at, yf.array(), yf.offset() + at, n, sums, so));
        }
        return scalar.dot(x, y);
    }

    @Override
    public double sumOfSquares(Span x) {
        return dot(x, x);
    }

    @Override
    public double sum(Span x) {
        if (x instanceof Span.F32 xf) {
            return sum(x.length(), (at, n, sums, so) -> VectorSums.sum(xf.array(), xf.offset() + at, n, sums, so));
        }
        return scalar.sum(x);
    }

    @Override
    public double scaledSumOfSquares(Span d, Span x) {
        ScalarPoints.check("scaledSumOfSquares", d, x);
        if (d instanceof Span.F32 df && x instanceof Span.F32 xf) {
            return sum(x.length(),
                    (at, n, sums, so) -> VectorSums.scaledSquares(df.array(), df.offset() + at, xf.array(), xf.offset() + at, n, sums, so));
        }
        return scalar.scaledSumOfSquares(d, x);
    }

    /** A sum of finite floats cannot overflow in double, and one that met another number never becomes finite again. */
    @Override
    public boolean allFinite(Span x) {
        return x instanceof Span.F32 ? Double.isFinite(sum(x)) : scalar.allFinite(x);
    }

    /** How many numbers from the first on are done in vectors; none of F64. The scalar twin does the others. */
    private static int bound(Span x) {
        return x instanceof Span.F32 ? SPECIES.loopBound(x.length()) : 0;
    }

    private static Span rest(Span x) {
        int bound = bound(x);
        return x.slice(bound, x.length() - bound);
    }

    @Override
    public void scale(double a, Span x, Span out) {
        ScalarPoints.check("scale", x, out);
        int bound = bound(x);
        if (bound < x.length()) {
            scalar.scale(a, rest(x), rest(out));
        }
        if (bound > 0) {
            Span.F32 xf = (Span.F32) x;
            Span.F32 of = (Span.F32) out;
            float factor = (float) a;
            workers.ranges(bound, Tiles.ELEMENTS,
                    (from, to) -> VectorUnary.scale(factor, xf.array(), xf.offset() + from, of.array(), of.offset() + from,
                            to - from));
        }
    }

    @Override
    public void axpy(double a, Span x, Span y) {
        ScalarPoints.check("axpy", x, y);
        int bound = bound(x);
        if (bound < x.length()) {
            scalar.axpy(a, rest(x), rest(y));
        }
        if (bound > 0) {
            Span.F32 xf = (Span.F32) x;
            Span.F32 yf = (Span.F32) y;
            float factor = (float) a;
            workers.ranges(bound, Tiles.ELEMENTS,
                    (from, to) -> VectorUpdates.axpy(factor, xf.array(), xf.offset() + from, yf.array(), yf.offset() + from,
                            to - from));
        }
    }

    @Override
    public void combine(double a, Span x, double b, Span y, Span out) {
        ScalarPoints.check("combine", x, y);
        ScalarPoints.check("combine", x, out);
        int bound = bound(x);
        if (bound < x.length()) {
            scalar.combine(a, rest(x), b, rest(y), rest(out));
        }
        if (bound > 0) {
            Span.F32 xf = (Span.F32) x;
            Span.F32 yf = (Span.F32) y;
            Span.F32 of = (Span.F32) out;
            workers.ranges(bound, Tiles.ELEMENTS,
                    (from, to) -> VectorUpdates.combine((float) a, xf.array(), xf.offset() + from, (float) b, yf.array(),
                            yf.offset() + from, of.array(), of.offset() + from, to - from));
        }
    }

    @Override
    public void lerp(Span x, Span y, double t, Span out) {
        ScalarPoints.check("lerp", x, y);
        ScalarPoints.check("lerp", x, out);
        int bound = bound(x);
        if (bound < x.length()) {
            scalar.lerp(rest(x), rest(y), t, rest(out));
        }
        if (bound > 0) {
            Span.F32 xf = (Span.F32) x;
            Span.F32 yf = (Span.F32) y;
            Span.F32 of = (Span.F32) out;
            workers.ranges(bound, Tiles.ELEMENTS,
                    (from, to) -> VectorUpdates.lerp(xf.array(), xf.offset() + from, yf.array(), yf.offset() + from, (float) t,
                            of.array(), of.offset() + from, to - from));
        }
    }

    @Override
    public void multiply(double a, Span x, Span y, Span out) {
        ScalarPoints.check("multiply", x, y);
        ScalarPoints.check("multiply", x, out);
        int bound = bound(x);
        if (bound < x.length()) {
            scalar.multiply(a, rest(x), rest(y), rest(out));
        }
        if (bound > 0) {
            Span.F32 xf = (Span.F32) x;
            Span.F32 yf = (Span.F32) y;
            Span.F32 of = (Span.F32) out;
            workers.ranges(bound, Tiles.ELEMENTS,
                    (from, to) -> VectorUpdates.multiply((float) a, xf.array(), xf.offset() + from, yf.array(),
                            yf.offset() + from, of.array(), of.offset() + from, to - from));
        }
    }

    @Override
    public void sgd(Span w, Span g, Span m, double rate, double momentum, double decay, boolean nesterov, boolean first) {
        ScalarPoints.check("sgd", w, g);
        if (momentum != 0) {
            ScalarPoints.check("sgd", w, m);
        }
        int bound = bound(w);
        if (bound < w.length()) {
            scalar.sgd(rest(w), rest(g), momentum == 0 ? null : rest(m), rate, momentum, decay, nesterov, first);
        }
        if (bound > 0) {
            Span.F32 wf = (Span.F32) w;
            Span.F32 gf = (Span.F32) g;
            Span.F32 mf = (Span.F32) m;
            workers.ranges(bound, Tiles.ELEMENTS,
                    (from, to) -> sgd(wf.array(), wf.offset() + from, gf.array(), gf.offset() + from, mf, from, (float) rate,
                            (float) momentum, (float) decay, nesterov, first, to - from));
        }
    }

    private static void sgd(float[] w, int wo, float[] g, int go, Span.F32 m, int from, float rate, float momentum, float decay,
            boolean nesterov,
            boolean first, int n) {
        if (momentum == 0) {
            VectorUpdates.sgd(w, wo, g, go, rate, decay, n);
            return;
        }
        if (first) {
            Rows.fill(m, from, n, 0);
        }
        if (nesterov) {
            VectorUpdates.nesterov(w, wo, g, go, m.array(), m.offset() + from, rate, momentum, decay, n);
        } else {
            VectorUpdates.heavyBall(w, wo, g, go, m.array(), m.offset() + from, rate, momentum, decay, n);
        }
    }

    @Override
    public void adamW(Span w, Span g, Span m, Span v, double rate, double beta1, double beta2, double epsilon, double decay,
            double correction1, double correction2) {
        ScalarPoints.check("adamW", w, g, m, v);
        int bound = bound(w);
        if (bound < w.length()) {
            scalar.adamW(rest(w), rest(g), rest(m), rest(v), rate, beta1, beta2, epsilon, decay, correction1, correction2);
        }
        adam(w, g, m, v, w, bound, rate / correction1, beta1, beta2, epsilon, 1 - rate * decay, 0, correction2);
    }

    @Override
    public void adam(Span w, Span g, Span m, Span v, double rate, double beta1, double beta2, double epsilon, double decay,
            double correction1, double correction2) {
        ScalarPoints.check("adam", w, g, m, v);
        int bound = bound(w);
        if (bound < w.length()) {
            scalar.adam(rest(w), rest(g), rest(m), rest(v), rate, beta1, beta2, epsilon, decay, correction1, correction2);
        }
        adam(w, g, m, v, w, bound, rate / correction1, beta1, beta2, epsilon, 1, decay, correction2);
    }

    @Override
    public void lamb(Span w, Span g, Span m, Span v, Span out, double beta1, double beta2, double epsilon, double decay,
            double correction1, double correction2) {
        ScalarPoints.check("lamb", w, g, m, v, out);
        int bound = bound(w);
        if (bound < w.length()) {
            scalar.lamb(rest(w), rest(g), rest(m), rest(v), rest(out), beta1, beta2, epsilon, decay, correction1, correction2);
        }
        adam(w, g, m, v, out, bound, -1 / correction1, beta1, beta2, epsilon, decay, 0, correction2);
    }

    /** Adam, AdamW and LAMB are one loop with other constants. */
    private void adam(Span w, Span g, Span m, Span v, Span out, int bound, double rate, double beta1, double beta2, double epsilon,
            double keep, double shrink, double correction2) {
        if (bound > 0) {
            Span.F32 wf = (Span.F32) w;
            Span.F32 gf = (Span.F32) g;
            Span.F32 mf = (Span.F32) m;
            Span.F32 vf = (Span.F32) v;
            Span.F32 of = (Span.F32) out;
            VectorUpdates.Adam adam = new VectorUpdates.Adam((float) beta1, (float) (1 - beta1), (float) beta2, (float) (1 - beta2),
                    (float) rate, (float) (1 / Math.sqrt(correction2)), (float) epsilon, (float) keep, (float) shrink);
            workers.ranges(bound, Tiles.ELEMENTS,
                    (from, to) -> VectorUpdates.adam(wf.array(), wf.offset() + from, gf.array(), gf.offset() + from,
                            mf.array(), mf.offset() + from, vf.array(), vf.offset() + from, of.array(), of.offset() + from, adam,
                            to - from));
        }
    }

    @Override
    public void rmsProp(Span w, Span g, Span v, Span m, double rate, double alpha, double epsilon, double decay, double momentum) {
        ScalarPoints.check("rmsProp", w, g, v);
        if (momentum != 0) {
            ScalarPoints.check("rmsProp", w, m);
        }
        int bound = bound(w);
        if (bound < w.length()) {
            scalar.rmsProp(rest(w), rest(g), rest(v), momentum == 0 ? null : rest(m), rate, alpha, epsilon, decay, momentum);
        }
        if (bound > 0) {
            Span.F32 wf = (Span.F32) w;
            Span.F32 gf = (Span.F32) g;
            Span.F32 vf = (Span.F32) v;
            Span.F32 mf = (Span.F32) m;
            VectorUpdates.RmsProp rms = new VectorUpdates.RmsProp((float) rate, (float) alpha, (float) (1 - alpha), (float) epsilon,
                    (float) decay, (float) momentum);
            workers.ranges(bound, Tiles.ELEMENTS, (from, to) -> {
                if (momentum == 0) {
                    VectorUpdates.rmsProp(wf.array(), wf.offset() + from, gf.array(), gf.offset() + from, vf.array(), vf.offset() + from,
                            rms, to - from);
                } else {
                    VectorUpdates.rmsPropMomentum(wf.array(), wf.offset() + from, gf.array(), gf.offset() + from, vf.array(),
                            vf.offset() + from, mf.array(), mf.offset() + from, rms, to - from);
                }
            });
        }
    }

    @Override
    public void lion(Span w, Span g, Span m, double rate, double beta1, double beta2, double decay) {
        ScalarPoints.check("lion", w, g, m);
        int bound = bound(w);
        if (bound < w.length()) {
            scalar.lion(rest(w), rest(g), rest(m), rate, beta1, beta2, decay);
        }
        if (bound > 0) {
            Span.F32 wf = (Span.F32) w;
            Span.F32 gf = (Span.F32) g;
            Span.F32 mf = (Span.F32) m;
            VectorUpdates.Lion lion = new VectorUpdates.Lion((float) beta1, (float) (1 - beta1), (float) beta2, (float) (1 - beta2),
                    (float) rate, (float) (1 - rate * decay));
            workers.ranges(bound, Tiles.ELEMENTS,
                    (from, to) -> VectorUpdates.lion(wf.array(), wf.offset() + from, gf.array(), gf.offset() + from, mf.array(),
                            mf.offset() + from, lion, to - from));
        }
    }
}
