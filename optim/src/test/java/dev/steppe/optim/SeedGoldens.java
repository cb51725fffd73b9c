package dev.steppe.optim;

import dev.steppe.optim.sam.Asam;
import dev.steppe.optim.sam.Sam;
import java.util.stream.Stream;

/** The founding methods, and their base optimizers alone. */
final class SeedGoldens {
    private SeedGoldens() {
    }

    static Stream<Golden> cases() {
        return Stream.of(
                Golden.recipe("seed/sgd", toy -> toy.base(toy.reference("seed/sgd"))),
                Golden.recipe("seed/sgd_nesterov", toy -> toy.base(toy.reference("seed/sgd_nesterov"))),
                Golden.recipe("seed/adamw", toy -> toy.base(toy.reference("seed/adamw"))),
                Golden.of("seed/sam", Sam.defaults().rho(0.2)),
                Golden.of("seed/sam_adamw", Sam.defaults().rho(0.2)),
                Golden.of("seed/sam_adaptive", new Asam(0.5, 0, Asam.Scope.ALL, 1e-12)),
                Golden.of("family/sam", Sam.defaults().rho(0.2)),
                Golden.of("family/asam", Asam.defaults().rho(0.5)));
    }
}
