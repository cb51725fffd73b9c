package dev.steppe.optim;

import dev.steppe.core.Role;
import dev.steppe.optim.sam.Asam;
import dev.steppe.optim.sam.Bsam;
import dev.steppe.optim.sam.Esam;
import dev.steppe.optim.sam.Keep;
import dev.steppe.optim.sam.LambdaRule;
import dev.steppe.optim.sam.LookSam;
import dev.steppe.optim.sam.MSharpness;
import dev.steppe.optim.sam.Reuse;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.sam.Samar;
import dev.steppe.optim.sam.Trigger;
import dev.steppe.optim.sam.Triggered;
import dev.steppe.optim.sam.Vasso;
import dev.steppe.optim.sam.Wsam;
import java.util.stream.Stream;

/** The founding methods, their base optimizers alone, and what wraps any of them. */
final class SeedGoldens {
    private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

    private SeedGoldens() {
    }

    static Stream<Golden> cases() {
        Sam sam = Sam.defaults().rho(0.2);
        return Stream.of(
                Golden.recipe("seed/sgd", toy -> toy.base(toy.reference("seed/sgd"))),
                Golden.recipe("seed/sgd_nesterov", toy -> toy.base(toy.reference("seed/sgd_nesterov"))),
                Golden.recipe("seed/adamw", toy -> toy.base(toy.reference("seed/adamw"))),
                Golden.of("seed/sam", sam),
                Golden.of("seed/sam_adamw", sam),
                Golden.of("seed/sam_adaptive", new Asam(0.5, 0, Asam.Scope.ALL, 1e-12)),
                Golden.of("seed/wsam_decoupled", Wsam.defaults().rho(0.2).gamma(0.9)),
                Golden.of("seed/wsam_coupled", Wsam.defaults().rho(0.2).gamma(0.6).decouple(false)),
                Golden.of("seed/wsam_decoupled_adamw", Wsam.defaults().rho(0.2).gamma(0.8)),
                Golden.of("seed/wsam_coupled_adamw", Wsam.defaults().rho(0.2).gamma(0.8).decouple(false)),
                Golden.of("seed/wsam_adaptive", new Wsam(0.5, 0.7, true, true, NO_LIMIT, 1e-12)),
                Golden.of("seed/wsam_clip", new Wsam(0.2, 0.9, true, false, 0.05, 1e-12)),
                Golden.of("seed/vasso_0.9", Vasso.defaults().rho(0.2).theta(0.9)),
                Golden.of("seed/vasso_0.4", Vasso.defaults().rho(0.2).theta(0.4)),
                Golden.of("seed/vasso_0.4_adamw", Vasso.defaults().rho(0.2).theta(0.4)),
                Golden.of("seed/bsam", Bsam.defaults().rho(0.2, 0.1)),
                Golden.of("seed/bsam_released", Bsam.defaults().rho(0.2, 0.1).asReleased(true)),
                Golden.of("seed/bsam_unbalanced", Bsam.defaults().rho(0.2, 0.1).balance(false)),
                Golden.of("seed/samar_constant", Samar.defaults().rho(0.2).lambda(0.6, new LambdaRule.Constant())),
                Golden.of("seed/samar", Samar.defaults().rho(0.2)),
                Golden.of("family/sam", sam),
                Golden.of("family/asam", Asam.defaults().rho(0.5)),
                Golden.of("family/looksam", LookSam.defaults().with("ascent", sam)),
                Golden.of("family/m_sam_1", new MSharpness(1, sam)),
                Golden.of("family/m_sam_2", new MSharpness(2, sam)),
                Golden.of("family/every_k", new Triggered(new Trigger.EveryK(3), 1, sam)),
                Golden.of("family/reuse_eps_k2", Reuse.defaults().with("ascent", new Sam(0.2, 1e-16))),
                Golden.of("family/esam_sds_topk", esam(Esam.Selection.TOP)),
                Golden.of("family/esam_sds_official_cutoff", esam(Esam.Selection.RELEASED)),
                Golden.of("family/esam_swp_scripted", new Esam(0.5, 1, SeedGoldens::scripted, Esam.Selection.TOP, new Sam(0.2, 1e-7))));
    }

    private static Esam esam(Esam.Selection selection) {
        return new Esam(1, 0.5, Keep.Tensors.defaults(), selection, new Sam(0.2, 1e-7));
    }

    /** W is left out in even steps, c in steps 1, 5, 9. */
    private static Metric scripted(SamStep step, double beta) {
        return (s, d, out) -> s.space().segments().forEach(segment -> {
            boolean kept = s.number() % (segment.role() == Role.WEIGHT ? 2 : 4) != (segment.role() == Role.WEIGHT ? 0 : 1);
            s.points().scale(kept ? 1 : 0, s.space().view(d, segment), s.space().view(out, segment));
        });
    }
}
