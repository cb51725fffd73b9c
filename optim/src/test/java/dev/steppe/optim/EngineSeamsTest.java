package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.kernels.DType;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.Sam;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The engine carries variants of every kind without a change to it: each {@linkplain Sketches sketch} of a few lines follows its reference trajectory. Most of
 * those were reproduced by the authors' code.
 */
class EngineSeamsTest {
    private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

    private static Map<String, SamVariant> sketches() {
        Map<String, SamVariant> all = new LinkedHashMap<>();
        all.put("seed/wsam_decoupled", new Sketches.Wsam(0.2, 0.9, true, false, NO_LIMIT));
        all.put("seed/wsam_coupled", new Sketches.Wsam(0.2, 0.6, false, false, NO_LIMIT));
        all.put("seed/wsam_decoupled_adamw", new Sketches.Wsam(0.2, 0.8, true, false, NO_LIMIT));
        all.put("seed/wsam_coupled_adamw", new Sketches.Wsam(0.2, 0.8, false, false, NO_LIMIT));
        all.put("seed/wsam_adaptive", new Sketches.Wsam(0.5, 0.7, true, true, NO_LIMIT));
        all.put("seed/wsam_clip", new Sketches.Wsam(0.2, 0.9, true, false, 0.05));
        all.put("seed/vasso_0.9", new Sketches.Vasso(0.2, 0.9));
        all.put("seed/vasso_0.4", new Sketches.Vasso(0.2, 0.4));
        all.put("seed/vasso_0.4_adamw", new Sketches.Vasso(0.2, 0.4));
        all.put("seed/bsam", new Sketches.Bsam(0.2, 0.1, true, false));
        all.put("seed/bsam_released", new Sketches.Bsam(0.2, 0.1, true, true));
        all.put("seed/bsam_unbalanced", new Sketches.Bsam(0.2, 0.1, false, false));
        all.put("seed/samar_constant", new Sketches.Samar(0.2, 0.6, 0.6, 0.6, 1.1, 1 / 1.1));
        all.put("seed/samar", new Sketches.Samar(0.2, 0.5, 0.1, 1, 1.1, 0.9090909090909091));
        all.put("family/looksam", new Sketches.LookSam(5, 0.7, Sam.defaults().rho(0.2)));
        all.put("family/esam_sds_topk", new Sketches.Esam(0.5, new Sam(0.2, 1e-7)));
        all.put("family/esam_swp_scripted", new Sketches.EsamWeights(0.2, 0.5));
        all.put("family/every_k", new Sketches.When(t -> t % 3 == 0, Sam.defaults().rho(0.2)));
        all.put("family/reuse_eps_k2", new Sketches.Reuse(2, new Sam(0.2, 1e-16)));
        all.put("family/m_sam_1", Sketches.shards(1));
        all.put("family/m_sam_2", Sketches.shards(2));
        all.put("family/ksam", new Sketches.KSam(0.2, 2));
        return all;
    }

    static Stream<String> names() {
        return sketches().keySet().stream();
    }

    private static Recipe recipe(Toy toy, String name) {
        return sketches().get(name).over(toy.base(toy.reference(name)));
    }

    private static Toy toy(String name, DType dtype) {
        return new Toy(name.substring(0, name.indexOf('/')) + ".json", dtype);
    }

    @ParameterizedTest
    @MethodSource("names")
    void followsItsReference(String name) {
        Toy toy = toy(name, DType.F64);
        double distance = Golden.of(name, sketches().get(name)).distance(toy);
        assertTrue(distance <= 1e-12, name + ": relative distance " + distance);
        Toy single = toy(name, DType.F32);
        distance = Golden.of(name, sketches().get(name)).distance(single);
        assertTrue(distance <= 1e-5, name + " in F32: relative distance " + distance);
    }

    /** Variants compose: the ascent of one, the descent of another. */
    @Test
    void composes() {
        Toy toy = new Toy("seed.json", DType.F64);
        SamVariant everyThird = new Sketches.LookSam(3, 0.7, new Sketches.Vasso(0.2, 0.4));
        Optimizer optimizer = everyThird.over(Sgd.of(0.2).momentum(0.9)).minimise(toy.objective, toy.start,
                Options.defaults().kernels(Toy.KERNELS));
        double passes = 0;
        for (int t = 0; t < 12; t++) {
            passes += optimizer.step(toy.batches.get(t % 3)).backwards();
        }
        assertEquals(12 + 4, passes);
        assertEquals(java.util.Set.of("weights", "base/momentum", "variant/orthogonal", "variant/direction"),
                optimizer.state().tensors().keySet());
    }

    @Test
    void whatAVariantAddsIsReported() {
        Toy toy = new Toy("seed.json", DType.F64);
        Optimizer optimizer = recipe(toy, "seed/samar").minimise(toy.objective, toy.start, Options.defaults().kernels(Toy.KERNELS));
        assertEquals(Map.of("lambda", 0.5), optimizer.step(toy.batches.get(0)).extra());
        assertEquals(Map.of("lambda", 0.5 * 0.9090909090909091), optimizer.step(toy.batches.get(1)).extra());
    }

    /** ESAM pays a forward for the choice and half a gradient for the descent. */
    @Test
    void partsOfABatchCountAsParts() {
        Toy toy = new Toy("family.json", DType.F64);
        Optimizer esam = recipe(toy, "family/esam_sds_topk").minimise(toy.objective, toy.start, Options.defaults().kernels(Toy.KERNELS));
        StepReport report = esam.step(toy.batches.get(0));
        assertEquals(2.5, report.forwards());
        assertEquals(1.5, report.backwards());
        assertTrue(report.sharpness() > 0 && report.perturbationNorm() > 0.199, report.toString());
    }
}
