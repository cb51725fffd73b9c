package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ShapesTest {
    private static void refused(String numbers, Executable maker) {
        String message = assertThrows(ShapeException.class, maker).getMessage();
        assertTrue(message.contains(numbers), message);
    }

    @Test
    void outputSizes() {
        ConvShape conv = new ConvShape(1, 7, 8, 4, 6, 3, 2, 2, 1, 2, 2);
        assertEquals(3, conv.oh());
        assertEquals(4, conv.ow());
        PoolShape pool = new PoolShape(1, 7, 8, 4, 3, 2, 2, 1);
        assertEquals(4, pool.oh());
        assertEquals(5, pool.ow());
    }

    @Test
    void convolutionsThatAreNone() {
        refused("[1,5,5,0]", () -> new ConvShape(1, 5, 5, 0, 1, 1, 1, 1, 0, 1, 1));
        refused("stride 0", () -> new ConvShape(1, 5, 5, 1, 1, 1, 1, 0, 0, 1, 1));
        refused("3 groups", () -> new ConvShape(1, 5, 5, 4, 6, 1, 1, 1, 0, 1, 3));
        refused("3x3 with dilation 2 does not fit into 4x9", () -> new ConvShape(1, 4, 9, 1, 1, 3, 3, 1, 0, 2, 1));
    }

    @Test
    void poolingsThatAreNone() {
        refused("window 0x2", () -> new PoolShape(1, 4, 4, 1, 0, 2, 1, 0));
        refused("padding 2", () -> new PoolShape(1, 4, 4, 1, 3, 3, 1, 2));
        refused("5x5 does not fit into 4x4", () -> new PoolShape(1, 4, 4, 1, 5, 5, 1, 0));
        refused("[1,0,4,1]", () -> new PoolShape(1, 0, 4, 1, 2, 2, 1, 1));
        refused("[1,4,0,1]", () -> new PoolShape(1, 4, 0, 1, 2, 2, 1, 1));
        assertEquals(2, new PoolShape(0, 4, 4, 0, 2, 2, 2, 0).oh());
    }

    /** Sizes whose sums and products do not fit an int. */
    @Test
    void numbersThatAreTooLarge() {
        int most = Integer.MAX_VALUE;
        refused("dilation 1073741824 does not fit into 4x4", () -> new ConvShape(1, 4, 4, 1, 1, 5, 5, 1, 0, 1 << 30, 1));
        refused("4x4 with padding 2147483647", () -> new ConvShape(1, 4, 4, 1, 1, 5, 5, 1, most, 1 << 30, 1));
        refused("9x10 with padding 1073741824", () -> new ConvShape(1, 9, 10, 1, 1, 3, 3, 1, 1 << 30, 1, 1));
        refused("1x2147483646 with padding 1", () -> new ConvShape(1, 1, most - 1, 1, 1, 3, 3, 1, 1, 1, 1));
        assertEquals(most - 2, new ConvShape(1, 1, most - 2, 1, 1, 3, 3, 1, 1, 1, 1).ow());
        refused("padding 2147483647 is more than half", () -> new PoolShape(1, 10, 10, 1, 3, 3, 1, most));
        refused("1x2147483647 with padding 1", () -> new PoolShape(1, 1, most, 1, 2, 2, 1, 1));
        assertEquals(most, new PoolShape(1, 1, most, 1, 1, 1, 1, 0).ow());
    }

    @Test
    void productsThatAreNone() {
        refused("m -1", () -> GemmShape.of(false, false, -1, 2, 3));
        refused("stride", () -> new GemmShape(false, false, 1, 1, 1, 2, -1, 0));
    }
}
