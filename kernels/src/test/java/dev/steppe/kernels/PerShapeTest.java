package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PerShapeTest {
    private static ConvShape shape(int size) {
        return new ConvShape(1, size, size, 3, 4, 3, 3, 1, 1, 1, 1);
    }

    @Test
    void worksOutOnce() {
        List<ConvShape> made = new ArrayList<>();
        PerShape<String> plans = new PerShape<>(s -> {
            made.add(s);
            return "plan of " + s;
        });
        String first = plans.of(shape(8));
        assertEquals("plan of " + shape(9), plans.of(shape(9)));
        assertSame(first, plans.of(shape(8)));
        assertEquals(List.of(shape(8), shape(9)), made);
    }

    /** A program whose images have all sizes meets more shapes than are kept. */
    @Test
    void isRightForMoreShapesThanItKeeps() {
        PerShape<Integer> sizes = new PerShape<>(ConvShape::h);
        new Random(1).ints(5000, 1, 1000).forEach(size -> assertEquals(size, sizes.of(shape(size))));
    }

    @Test
    void servesThreads() {
        PerShape<Integer> sizes = new PerShape<>(ConvShape::h);
        IntStream.range(0, 20_000).parallel().forEach(i -> assertEquals(1 + i % 400, sizes.of(shape(1 + i % 400))));
    }
}
