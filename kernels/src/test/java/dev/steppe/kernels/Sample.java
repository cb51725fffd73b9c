package dev.steppe.kernels;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A source of cases for one method of one kernel interface.
 *
 * @param kernel the interface
 * @param method its method
 * @param maker makes a case of any shape, among them empty ones
 * @param bigMaker makes a case of so many tiles that several threads take part
 */
record Sample(Class<?> kernel, String method, Maker maker, Maker bigMaker) {
    /** Makes cases. */
    @FunctionalInterface
    interface Maker {
        Case make(SplittableRandom random);
    }

    /** All there are. {@link CoverageTest} fails if a kernel method has none. */
    static List<Sample> all() {
        return Stream.of(PointSamples.all(), ElementwiseSamples.all(), NormSamples.all(), SoftmaxSamples.all(), PoolSamples.all(),
                ReduceSamples.all(),
                MoveSamples.all(), ProductSamples.all(), ConvNormSamples.all()).flatMap(List::stream).toList();
    }

    @Override
    public String toString() {
        return kernel.getSimpleName() + "." + method;
    }
}
