package dev.steppe.optim;

import dev.steppe.optim.average.Lookbehind;
import dev.steppe.optim.average.Sala;
import dev.steppe.optim.loss.Bar;
import dev.steppe.optim.loss.FactorPairs;
import dev.steppe.optim.sam.Sam;
import java.util.List;
import java.util.stream.Stream;

/** Methods with slow weights, and the regularisation of factors. */
final class AverageGoldens {
    private static final FactorPairs HALVES = space -> List.of(new FactorPairs.Pair(0, 3, 3, 3));

    private AverageGoldens() {
    }

    static Stream<Golden> cases() {
        Sam ascent = new Sam(0.1, 1e-16);
        return Stream.of(
                Golden.of("family/sala_k2", new Sala(2, 0.5, 0.2, 1e-12)).evaluated(),
                Golden.of("family/sala_k5", new Sala(5, 0.8, 0.05, 1e-12)).evaluated(),
                Golden.of("family/lookbehind", new Lookbehind(2, 0.5, false, ascent)),
                Golden.of("family/lookbehind_adaptive", new Lookbehind(2, 0.5, true, ascent)),
                Golden.of("family/nbar", new Bar(Bar.Mode.N, 0.05, Bar.Decay.NONE, HALVES)),
                Golden.of("family/obar", new Bar(Bar.Mode.O, 0.05, Bar.Decay.NONE, HALVES)));
    }
}
