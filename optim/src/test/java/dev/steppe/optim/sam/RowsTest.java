package dev.steppe.optim.sam;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.RandomKey;
import org.junit.jupiter.api.Test;

class RowsTest {
    @Test
    void theLargestInTheirOrder() {
        assertArrayEquals(new int[] {3, 0, 2}, Rows.largest(new double[] {2, -1, 2, 5, 1}, 3));
        assertArrayEquals(new int[] {0, 1}, Rows.largest(new double[] {7, 7, 7}, 2));
        assertArrayEquals(new int[] {0}, Rows.largest(new double[] {7}, 4));
    }

    /** Two of three without replacement: {0, 1} comes as 0 then 1, or 1 then 0. */
    @Test
    void drawsByTheChances() {
        double[] chances = {1, 2, 5};
        int draws = 40_000;
        int[] first = new int[3];
        int zeroAndOne = 0;
        for (int t = 0; t < draws; t++) {
            RandomKey key = RandomKey.of(9).fold(t);
            first[Rows.draw(key, chances, 1)[0]]++;
            int[] two = Rows.draw(key, chances, 2);
            assertTrue(two[0] < two[1]);
            zeroAndOne += two[1] == 1 ? 1 : 0;
        }
        for (int i = 0; i < 3; i++) {
            assertEquals(chances[i] / 8, (double) first[i] / draws, 0.01);
        }
        assertEquals(1.0 / 8 * 2 / 7 + 2.0 / 8 * 1 / 6, (double) zeroAndOne / draws, 0.01);
        assertArrayEquals(new int[] {0, 1, 2}, Rows.draw(RandomKey.of(1), chances, 3));
    }
}
