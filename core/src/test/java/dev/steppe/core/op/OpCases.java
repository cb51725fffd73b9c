package dev.steppe.core.op;

import java.util.List;
import java.util.stream.Stream;

/** How every op is tested. {@link OpCoverageTest} fails for an op that is not listed. */
final class OpCases {
    private OpCases() {
    }

    /** Ops, then methods composed of ops. */
    static List<OpCase> all() {
        return Stream.of(ops(), MethodCases.all()).flatMap(List::stream).toList();
    }

    static List<OpCase> ops() {
        return Stream
                .of(ElementwiseCases.all(), ShapeCases.all(), ConvCases.all(), LayerCases.all(), ConvNormCases.all(), GivenNormCases.all())
                .flatMap(List::stream).toList();
    }
}
