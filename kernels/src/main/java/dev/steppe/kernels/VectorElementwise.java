package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;

/** Element-wise maths: F32 in SIMD, F64 and general powers by the scalar twin. */
final class VectorElementwise implements ElementwiseKernel {
    private final Workers workers;
    private final SpanPool spans;
    private final ElementwiseKernel scalar;

    VectorElementwise(Workers workers, SpanPool spans, ElementwiseKernel scalar) {
        this.workers = workers;
        this.spans = spans;
        this.scalar = scalar;
    }

    @Override
    public void unary(Unary f, double p, double q, Span x, Span y) {
        ScalarElementwise.check("unary", x, y);
        if (!(x instanceof Span.F32 xf && y instanceof Span.F32 yf) || f == Unary.POW && p != 1 && p != 2) {
            scalar.unary(f, p, q, x, y);
            return;
        }
        workers.ranges(y.length(), Tiles.ELEMENTS, (from, to) -> unary(f, (float) p, (float) q, xf.array(), xf.offset() + from, yf.array(),
                yf.offset() + from, to - from));
    }

    private static void unary(Unary f, float p, float q, float[] x, int xo, float[] y, int yo, int n) {
        int bound = FloatVector.SPECIES_PREFERRED.loopBound(n);
        // The rest goes first: its inputs may be overwritten where y is x, but never those of the vectors.
        for (int i = bound; i < n; i++) {
            y[yo + i] = (float) ScalarElementwise.apply(f, p, q, x[xo + i]);
        }
        switch (f) {
            case NEGATE -> VectorUnary.scale(-1, x, xo, y, yo, bound);
            case SCALE -> VectorUnary.scale(p, x, xo, y, yo, bound);
            case SHIFT -> VectorUnary.shift(p, x, xo, y, yo, bound);
            case EXP -> VectorMath.exp(1, x, xo, y, yo, bound);
            case LOG -> VectorMath.log(x, xo, y, yo, bound);
            case SQRT -> VectorUnary.sqrt(x, xo, y, yo, bound);
            case POW -> power(p, x, xo, y, yo, bound);
            case ABS -> VectorUnary.abs(x, xo, y, yo, bound);
            case SIGN -> VectorUnary.sign(x, xo, y, yo, bound);
            case RELU -> VectorUnary.relu(x, xo, y, yo, bound);
            case LEAKY_RELU -> VectorUnary.leakyRelu(p, x, xo, y, yo, bound);
            case STEP -> VectorUnary.step(p, x, xo, y, yo, bound);
            case SIGMOID -> sigmoid(x, xo, y, yo, bound);
            case TANH -> VectorMath.tanh(x, xo, y, yo, bound);
            case SOFTPLUS -> VectorMath.softplus(x, xo, y, yo, bound);
            case ERF -> VectorMath.erf(x, xo, y, yo, bound);
            case CLAMP -> VectorUnary.clamp(p, q, x, xo, y, yo, bound);
            case WITHIN -> VectorUnary.within(p, q, x, xo, y, yo, bound);
        }
    }

    private static void power(float p, float[] x, int xo, float[] y, int yo, int n) {
        if (p == 1) {
            System.arraycopy(x, xo, y, yo, n);
        } else {
            VectorBinary.apply(Binary.MULTIPLY, x, xo, x, xo, y, yo, n);
        }
    }

    private static void sigmoid(float[] x, int xo, float[] y, int yo, int n) {
        VectorMath.exp(-1, x, xo, y, yo, n);
        VectorMath.logistic(y, yo, y, yo, n);
    }

    @Override
    public void binary(Binary f, Span a, Span b, Span y) {
        ScalarElementwise.check("binary", a, y);
        ScalarElementwise.check("binary", b, y);
        if (!(a instanceof Span.F32 af && b instanceof Span.F32 bf && y instanceof Span.F32 yf)) {
            scalar.binary(f, a, b, y);
            return;
        }
        workers.ranges(y.length(), Tiles.ELEMENTS,
                (from, to) -> VectorBinary.apply(f, af.array(), af.offset() + from, bf.array(), bf.offset() + from,
                        yf.array(), yf.offset() + from, to - from));
    }

    @Override
    public void broadcast(Binary f, int[] dims, Span a, int[] aStrides, Span b, int[] bStrides, Span y) {
        int total = ScalarElementwise.checkBroadcast(dims, a, aStrides, b, bStrides, y);
        if (!(a instanceof Span.F32 af && b instanceof Span.F32 bf && y instanceof Span.F32 yf)) {
            scalar.broadcast(f, dims, a, aStrides, b, bStrides, y);
        } else if (total > 0) {
            new VectorBroadcast(f, dims, af, aStrides, bf, bStrides, yf).run(workers, spans);
        }
    }
}
