package dev.steppe.core;

import dev.steppe.kernels.Span;

/** Copies between spans of one type. */
final class Spans {
    private Spans() {
    }

    static void copy(Span from, Span to) {
        switch (from) {
            case Span.F32 f -> System.arraycopy(f.array(), f.offset(), ((Span.F32) to).array(), to.offset(), f.length());
            case Span.F64 f -> System.arraycopy(f.array(), f.offset(), ((Span.F64) to).array(), to.offset(), f.length());
            case Span.I32 f -> System.arraycopy(f.array(), f.offset(), ((Span.I32) to).array(), to.offset(), f.length());
        }
    }
}
