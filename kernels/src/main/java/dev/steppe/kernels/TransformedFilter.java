package dev.steppe.kernels;

/** A filter transformed for one direction of {@link WinogradConv}, in scratch of the pool until it is closed. */
final class TransformedFilter implements AutoCloseable {
    final Span.F32 u;
    private final SpanPool spans;

    TransformedFilter(Workers workers, SpanPool spans, WinogradFilter layout, Span.F32 filter) {
        this.spans = spans;
        u = (Span.F32) spans.take(DType.F32, layout.size());
        layout.transform(workers, spans, filter, u);
    }

    @Override
    public void close() {
        spans.give(u);
    }
}
