package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Element-wise maths: F32 in SIMD, F64 and general powers by the scalar twin. */
final class VectorElementwise implements ElementwiseKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    /** Numbers in a block of exponentials. */
    private static final int BLOCK = 1024;

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
        boolean throughExp = f == Unary.TANH || f == Unary.SOFTPLUS || f == Unary.ERF;
        workers.ranges(y.length(), Tiles.ELEMENTS, (from, to) -> {
            int bound = from + SPECIES.loopBound(to - from);
            if (throughExp) {
                inBlocks(f, xf.array(), xf.offset() + from, yf.array(), yf.offset() + from, bound - from);
            } else {
                unary(f, (float) p, (float) q, xf.array(), xf.offset() + from, yf.array(), yf.offset() + from, bound - from);
            }
            for (int i = bound; i < to; i++) {
                y.set(i, ScalarElementwise.apply(f, (float) p, (float) q, x.get(i)));
            }
        });
    }

    private static void unary(Unary f, float p, float q, float[] x, int xo, float[] y, int yo, int n) {
        switch (f) {
            case NEGATE -> VectorUnary.scale(-1, x, xo, y, yo, n);
            case SCALE -> VectorUnary.scale(p, x, xo, y, yo, n);
            case SHIFT -> VectorUnary.shift(p, x, xo, y, yo, n);
            case EXP -> VectorMath.exp(1, VectorMath.SIGNED, x, xo, y, yo, n);
            case LOG -> VectorMath.log(x, xo, y, yo, n);
            case SQRT -> VectorUnary.sqrt(x, xo, y, yo, n);
            case POW -> power(p, x, xo, y, yo, n);
            case ABS -> VectorUnary.abs(x, xo, y, yo, n);
            case SIGN -> VectorUnary.sign(x, xo, y, yo, n);
            case RELU -> VectorUnary.relu(x, xo, y, yo, n);
            case LEAKY_RELU -> VectorUnary.leakyRelu(p, x, xo, y, yo, n);
            case STEP -> VectorUnary.step(p, x, xo, y, yo, n);
            case SIGMOID -> {
                VectorMath.exp(-1, VectorMath.SIGNED, x, xo, y, yo, n);
                VectorMath.logistic(y, yo, y, yo, n);
            }
            case CLAMP -> VectorUnary.clamp(p, q, x, xo, y, yo, n);
            case WITHIN -> VectorUnary.within(p, q, x, xo, y, yo, n);
            case TANH, SOFTPLUS, ERF -> throw new IllegalArgumentException(f + " goes in blocks");
        }
    }

    private static void power(float p, float[] x, int xo, float[] y, int yo, int n) {
        if (p == 1) {
            System.arraycopy(x, xo, y, yo, n);
        } else {
            VectorBinary.apply(Binary.MULTIPLY, x, xo, x, xo, y, yo, n);
        }
    }

    /** Functions that need an exponential beside x: a block of it is made at a time, which stays in the first-level cache. */
    private void inBlocks(Unary f, float[] x, int xo, float[] y, int yo, int n) {
        Span.F32 block = (Span.F32) spans.take(DType.F32, BLOCK);
        float[] e = block.array();
        int eo = block.offset();
        try {
            for (int at = 0; at < n; at += BLOCK) {
                int count = Math.min(BLOCK, n - at);
                switch (f) {
                    case TANH -> {
                        VectorMath.exp(2, VectorMath.ABSOLUTE, x, xo + at, e, eo, count);
                        VectorMath.tanh(x, xo + at, e, eo, y, yo + at, count);
                    }
                    case SOFTPLUS -> {
                        VectorMath.exp(-1, VectorMath.ABSOLUTE, x, xo + at, e, eo, count);
                        VectorMath.softplus(x, xo + at, e, eo, y, yo + at, count);
                    }
                    case ERF -> {
                        VectorMath.logErfc(x, xo + at, e, eo, count);
                        VectorMath.exp(1, VectorMath.SIGNED, e, eo, e, eo, count);
                        VectorMath.erf(x, xo + at, e, eo, y, yo + at, count);
                    }
                    default -> throw new IllegalArgumentException(f + " does not go in blocks");
                }
            }
        } finally {
            spans.give(block);
        }
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
