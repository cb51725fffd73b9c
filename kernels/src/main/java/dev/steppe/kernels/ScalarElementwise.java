package dev.steppe.kernels;

/** Element-wise maths in double, with {@link StrictMath} so that every platform computes the same. */
final class ScalarElementwise implements ElementwiseKernel {
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

    private final Workers workers;

    ScalarElementwise(Workers workers) {
        this.workers = workers;
    }

    static void check(String kernel, Span x, Span y) {
        Check.floating(kernel, x);
        Check.span(kernel, y, x.dtype(), x.length());
    }

    @Override
    public void unary(Unary f, double p, double q, Span x, Span y) {
        check("unary", x, y);
        boolean f32 = x.dtype() == DType.F32;
        double first = f32 ? (float) p : p;
        double second = f32 ? (float) q : q;
        workers.ranges(y.length(), Tiles.ELEMENTS, (from, to) -> {
            for (int i = from; i < to; i++) {
                y.set(i, apply(f, first, second, x.get(i)));
            }
        });
    }

    @Override
    public void binary(Binary f, Span a, Span b, Span y) {
        check("binary", a, y);
        check("binary", b, y);
        workers.ranges(y.length(), Tiles.ELEMENTS, (from, to) -> {
            for (int i = from; i < to; i++) {
                y.set(i, apply(f, a.get(i), b.get(i)));
            }
        });
    }

    @Override
    public void broadcast(Binary f, int[] dims, Span a, int[] aStrides, Span b, int[] bStrides, Span y) {
        int total = checkBroadcast(dims, a, aStrides, b, bStrides, y);
        if (total > 0) {
            broadcast(f, dims, 0, a, 0, aStrides, b, 0, bStrides, y, 0, total);
        }
    }

    /** One axis: {@code size} elements of y from {@code yo} on. */
    private static void broadcast(Binary f, int[] dims, int axis, Span a, int ao, int[] aStrides, Span b, int bo, int[] bStrides, Span y,
            int yo, int size) {
        if (axis == dims.length) {
            y.set(yo, apply(f, a.get(ao), b.get(bo)));
            return;
        }
        int part = size / dims[axis];
        for (int i = 0; i < dims[axis]; i++) {
            broadcast(f, dims, axis + 1, a, ao + i * aStrides[axis], aStrides, b, bo + i * bStrides[axis], bStrides, y, yo + i * part,
                    part);
        }
    }

    /** How many elements there are; the operands are long enough for them. */
    static int checkBroadcast(int[] dims, Span a, int[] aStrides, Span b, int[] bStrides, Span y) {
        Check.floating("broadcast: y", y);
        if (aStrides.length != dims.length || bStrides.length != dims.length) {
            throw new ShapeException(
                    "broadcast: " + dims.length + " dims, but " + aStrides.length + " and " + bStrides.length + " strides");
        }
        long total = 1;
        long aLength = 1;
        long bLength = 1;
        for (int d = 0; d < dims.length; d++) {
            if (dims[d] < 0 || aStrides[d] < 0 || bStrides[d] < 0) {
                throw new ShapeException(
                        "broadcast: dim " + dims[d] + " with strides " + aStrides[d] + " and " + bStrides[d] + ", none may be negative");
            }
            total *= dims[d];
            aLength += (dims[d] - 1L) * aStrides[d];
            bLength += (dims[d] - 1L) * bStrides[d];
        }
        Check.span("broadcast: y", y, y.dtype(), total);
        Check.atLeast("broadcast: a", a, y.dtype(), total == 0 ? 0 : aLength);
        Check.atLeast("broadcast: b", b, y.dtype(), total == 0 ? 0 : bLength);
        return (int) total;
    }

    static double apply(Unary f, double p, double q, double x) {
        return switch (f) {
            case NEGATE -> -x;
            case SCALE -> p * x;
            case SHIFT -> x + p;
            case EXP -> StrictMath.exp(x);
            case LOG -> StrictMath.log(x);
            case SQRT -> Math.sqrt(x);
            case POW -> StrictMath.pow(x, p);
            case ABS -> Math.abs(x);
            case SIGN -> Math.signum(x);
            case RELU -> Math.max(x, 0);
            case LEAKY_RELU -> x > 0 ? x : p * x;
            case STEP -> x > 0 ? 1 : p;
            case SIGMOID -> sigmoid(x);
            case TANH -> StrictMath.tanh(x);
            case SOFTPLUS -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
            case ERF -> erf(x);
            case CLAMP -> Math.min(Math.max(x, p), q);
            case WITHIN -> p <= x && x <= q ? 1 : 0;
        };
    }

    static double apply(Binary f, double a, double b) {
        return switch (f) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case MAXIMUM -> Math.max(a, b);
            case GREATER -> a > b ? 1 : a == b ? 0.5 : 0;
            case WHERE_POSITIVE -> b > 0 ? a : 0;
        };
    }

    /** With the exponential of a negative number only, so that nothing overflows. */
    private static double sigmoid(double x) {
        double e = StrictMath.exp(-Math.abs(x));
        return x < 0 ? e / (1 + e) : 1 / (1 + e);
    }

    /**
     * Error below {@code 4e-16 |erf(x)|} (measured against 50 digits). Up to 2.5 the series {@code 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (1 3 .. (2n+1))}, whose terms are all
     * of one sign (Abramowitz and Stegun 7.1.6); beyond, {@code 1 - erfc(x)} with the continued fraction 7.1.14, {@code sqrt(pi) exp(x^2) erfc(x) = 1/(x+
     * (1/2)/(x+ 1/(x+ (3/2)/(x+ ...}.
     */
    static double erf(double x) {
        double z = Math.abs(x);
        if (z >= 6) { return Math.signum(x); }
        double e = StrictMath.exp(-z * z);
        if (z > 2.5) {
            double fraction = z;
            for (int n = 60; n > 0; n--) {
                fraction = z + n / (2 * fraction);
            }
            return Math.signum(x) * (1 - TWO_OVER_SQRT_PI / 2 * e / fraction);
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
            term *= 2 * z * z / (2 * n + 1);
            sum += term;
        }
        return TWO_OVER_SQRT_PI * e * sum;
    }
}
