package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Max pooling of F32, many channels at a time. The other methods are the scalar twin's: averages are sums of whole rows, which the compiler vectorises by
 * itself, and scattering gains nothing.
 */
final class VectorPool implements PoolKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INDICES = IntVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private final Workers workers;
    private final PoolKernel scalar;

    VectorPool(Workers workers, PoolKernel scalar) {
        this.workers = workers;
        this.scalar = scalar;
    }

    @Override
    public void max(PoolShape s, Span x, Span y, Span.I32 argmax) {
        ScalarPool.checkMax(s, x, y, argmax);
        if (!(x instanceof Span.F32 xf && y instanceof Span.F32 yf)) {
            scalar.max(s, x, y, argmax);
            return;
        }
        int row = s.ow() * s.c();
        workers.ranges(s.n() * s.oh(), Tiles.rows((long) row * s.r() * s.s()), (from, to) -> {
            for (int position = from * s.ow(); position < to * s.ow(); position++) {
                window(s, position, xf, yf, argmax);
            }
        });
    }

    /** All channels of one output position. */
    private static void window(PoolShape s, int position, Span.F32 x, Span.F32 y, Span.I32 argmax) {
        int c = s.c();
        int top = position / s.ow() % s.oh() * s.stride() - s.padding();
        int left = position % s.ow() * s.stride() - s.padding();
        int bottom = Math.min(s.h(), top + s.r());
        int right = Math.min(s.w(), left + s.s());
        top = Math.max(0, top);
        left = Math.max(0, left);
        int image = position / (s.oh() * s.ow()) * s.h();
        int first = ((image + top) * s.w() + left) * c;
        int bound = SPECIES.loopBound(c);
        int yo = y.offset() + position * c;
        int ao = argmax.offset() + position * c;
        for (int i = 0; i < bound; i += LANES) {
            window(x.array(), x.offset(), first + i, bottom - top, s.w() * c, right - left, c, y.array(), yo + i, argmax.array(), ao + i);
        }
        for (int i = bound; i < c; i++) {
            int best = ScalarPool.largest(x, first + i, bottom - top, s.w() * c, right - left, c);
            argmax.array()[ao + i] = best;
            y.array()[yo + i] = x.array()[x.offset() + best];
        }
    }

    /** One vector of channels over {@code rows} times {@code columns} positions that are {@code rowStep} and {@code step} apart. */
    private static void window(float[] x, int xo, int first, int rows, int rowStep, int columns, int step, float[] y, int yo, int[] argmax,
            int ao) {
        IntVector lane = IntVector.broadcast(INDICES, 0).addIndex(1);
        FloatVector best = FloatVector.fromArray(SPECIES, x, xo + first);
        IntVector index = lane.add(first);
        for (int i = 0; i < rows; i++) {
            for (int at = first + i * rowStep; at < first + i * rowStep + columns * step; at += step) {
                FloatVector v = FloatVector.fromArray(SPECIES, x, xo + at);
                // Larger, or NaN; but once it is NaN it stays.
                VectorMask<Float> better = v.compare(VectorOperators.LE, best).not().and(best.compare(VectorOperators.EQ, best));
                best = best.blend(v, better);
                index = index.blend(lane.add(at), better.cast(INDICES));
            }
        }
        best.intoArray(y, yo);
        index.intoArray(argmax, ao);
    }

    @Override
    public void maxBackward(PoolShape s, Span dy, Span.I32 argmax, Span dx) {
        scalar.maxBackward(s, dy, argmax, dx);
    }

    @Override
    public void maxGather(PoolShape s, Span x, Span.I32 argmax, Span y) {
        scalar.maxGather(s, x, argmax, y);
    }

    @Override
    public void average(PoolShape s, boolean countPadding, Span x, Span y) {
        scalar.average(s, countPadding, x, y);
    }

    @Override
    public void averageBackward(PoolShape s, boolean countPadding, Span dy, Span dx) {
        scalar.averageBackward(s, countPadding, dy, dx);
    }
}
