package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link PeakLoop} in SIMD. */
final class VectorPeak implements PeakLoop {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;

    @Override
    public float run(int steps) {
        FloatVector x = FloatVector.broadcast(S, 0.999f);
        FloatVector y = FloatVector.broadcast(S, 1e-3f);
        // @formatter:off: one chain after the other
        FloatVector c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, ca = x, cb = x;
        for (int i = 0; i < steps; i++) {
            c0 = x.fma(c0, y); c1 = x.fma(c1, y); c2 = x.fma(c2, y); c3 = x.fma(c3, y);
            c4 = x.fma(c4, y); c5 = x.fma(c5, y); c6 = x.fma(c6, y); c7 = x.fma(c7, y);
            c8 = x.fma(c8, y); c9 = x.fma(c9, y); ca = x.fma(ca, y); cb = x.fma(cb, y);
        }
        // @formatter:on
        FloatVector sum = c0.add(c1).add(c2).add(c3).add(c4).add(c5).add(c6).add(c7).add(c8).add(c9).add(ca).add(cb);
        return sum.reduceLanes(VectorOperators.ADD);
    }
}
