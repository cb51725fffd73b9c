package dev.steppe.kernels;

/** The arguments of kernels: lengths and types must fit before anything is written. */
final class Check {
    private Check() {
    }

    /**
     * @param what kernel and argument, as in {@code "batchStatistics: mean"}
     * @throws ShapeException if the span has another type or length
     */
    static void span(String what, Span span, DType dtype, long length) {
        type(what, span, dtype);
        if (span.length() != length) { throw new ShapeException(what + " has " + span.length() + " elements, expected " + length); }
    }

    /** @throws ShapeException if the span has another type or is shorter */
    static void atLeast(String what, Span span, DType dtype, long length) {
        type(what, span, dtype);
        if (span.length() < length) { throw new ShapeException(what + " has " + span.length() + " elements, expected at least " + length); }
    }

    /** @throws ShapeException if the span has another type */
    static void type(String what, Span span, DType dtype) {
        if (span.dtype() != dtype) { throw new ShapeException(what + " is " + span.dtype() + ", expected " + dtype); }
    }

    /** @throws ShapeException if the span does not hold floating-point numbers */
    static void floating(String what, Span span) {
        if (!span.dtype().isFloating()) { throw new ShapeException(what + " is " + span.dtype() + ", expected F32 or F64"); }
    }

    /** @throws ShapeException if the span is not a floating-point matrix of these sizes */
    static void matrix(String what, Span span, int rows, int c) {
        floating(what, span);
        if (rows < 0 || c < 0 || span.length() != (long) rows * c) {
            throw new ShapeException(what + " has " + span.length() + " elements, expected a matrix [" + rows + "," + c + "]");
        }
    }
}
