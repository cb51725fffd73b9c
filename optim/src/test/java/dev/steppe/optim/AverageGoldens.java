package dev.steppe.optim;

import dev.steppe.core.Batch;
import dev.steppe.optim.average.Client;
import dev.steppe.optim.average.Federation;
import dev.steppe.optim.average.FederationOptions;
import dev.steppe.optim.average.Lookbehind;
import dev.steppe.optim.average.Sala;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.loss.Bar;
import dev.steppe.optim.loss.FactorPairs;
import dev.steppe.optim.sam.Sam;
import java.util.List;
import java.util.stream.Stream;

/** Methods with slow weights, the regularisation of factors, and a federation. */
final class AverageGoldens {
    private static final FactorPairs HALVES = space -> List.of(new FactorPairs.Pair(0, 3, 3, 3));

    private AverageGoldens() {
    }

    static Stream<Golden> cases() {
        Sam ascent = new Sam(0.1, 1e-16);
        return Stream.of(
                Golden.evaluated("family/sala_k2", new Sala(2, 0.5, 0.2, 1e-12)),
                Golden.evaluated("family/sala_k5", new Sala(5, 0.8, 0.05, 1e-12)),
                Golden.of("family/lookbehind", new Lookbehind(2, 0.5, false, ascent)),
                Golden.of("family/lookbehind_adaptive", new Lookbehind(2, 0.5, true, ascent)),
                Golden.of("family/nbar", new Bar(Bar.Mode.N, 0.05, Bar.Decay.NONE, HALVES)),
                Golden.of("family/obar", new Bar(Bar.Mode.O, 0.05, Bar.Decay.NONE, HALVES)),
                Golden.rounds("family/fedsam_swa", AverageGoldens::federation));
    }

    /** One client for each batch, which goes through it twice in a round. */
    private static Federation federation(Toy toy) {
        record Holder(Batch batch) implements Client {
            @Override
            public int examples() {
                return batch.size();
            }

            @Override
            public Iterable<Batch> batches(long round) {
                return List.of(batch, batch);
            }
        }
        double rate = (Double) Json.map(toy.file.get("base")).get("lr");
        return new Federation(Sam.defaults().rho(0.1).over(Sgd.of(rate)), toy.objective, toy.start,
                toy.batches.stream().<Client>map(Holder::new).toList(), FederationOptions.defaults().average(6, 2, 1),
                Options.defaults().kernels(Toy.KERNELS));
    }
}
