package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SpanTest {
    @ParameterizedTest
    @EnumSource
    void slicesShareTheArray(DType dtype) {
        Span span = Span.allocate(dtype, 10);
        Span slice = span.slice(2, 5).slice(1, 3);
        slice.set(0, 7);
        assertEquals(7, span.get(3));
        assertEquals(dtype, slice.dtype());
        assertEquals(3, slice.length());
        assertEquals(3, slice.offset());
        assertThrows(IndexOutOfBoundsException.class, () -> slice.slice(1, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.slice(-1, 1));
        assertEquals(0, span.slice(10, 0).length());
    }

    @ParameterizedTest
    @EnumSource
    void roundsToItsType(DType dtype) {
        Span span = Span.allocate(dtype, 1);
        span.set(0, 1.1);
        assertEquals(switch (dtype) {
            case F32 -> (double) 1.1f;
            case F64 -> 1.1;
            case I32 -> 1;
        }, span.get(0));
    }
}
