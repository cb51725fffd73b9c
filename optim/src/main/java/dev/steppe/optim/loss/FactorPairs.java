package dev.steppe.optim.loss;

import dev.steppe.core.ParameterSpace;
import dev.steppe.optim.OneOf;
import java.util.List;

/** Which parameters are two factors of one product, so that what one gains the other may lose. Open: write your own. */
@OneOf({Neighbours.class, Lora.class})
public interface FactorPairs {
    /**
     * Two factors, as ranges of a point.
     *
     * @param x index of the first number of x
     * @param xLength how many numbers x has
     * @param y index of the first number of y
     * @param yLength how many numbers y has
     */
    record Pair(int x, int xLength, int y, int yLength) {
        static Pair of(ParameterSpace.Segment x, ParameterSpace.Segment y) {
            return new Pair(x.offset(), x.size(), y.offset(), y.size());
        }
    }

    /** The pairs in a layout. */
    List<Pair> of(ParameterSpace space);
}
