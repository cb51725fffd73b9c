package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.core.Tensor;

/** Compares saved states bit for bit. */
final class States {
    private States() {
    }

    static void assertEqual(OptimizerState expected, OptimizerState actual) {
        assertEquals(expected.tensors().keySet(), actual.tensors().keySet());
        expected.tensors().forEach((name, tensor) -> assertEqual(name, tensor, actual.tensors().get(name)));
        assertEquals(expected.longs(), actual.longs());
        assertEquals(expected.doubles(), actual.doubles());
    }

    static void assertEqual(String what, Tensor expected, Tensor actual) {
        assertEquals(expected.type(), actual.type(), what);
        for (int i = 0; i < expected.size(); i++) {
            int at = i;
            assertEquals(Double.doubleToRawLongBits(expected.get(i)), Double.doubleToRawLongBits(actual.get(i)),
                    () -> what + "[" + at + "]: " + expected.get(at) + " and " + actual.get(at));
        }
    }
}
