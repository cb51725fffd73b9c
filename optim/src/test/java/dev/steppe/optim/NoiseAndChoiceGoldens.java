package dev.steppe.optim;

import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.AdaZoSam;
import dev.steppe.optim.sam.AeSam;
import dev.steppe.optim.sam.AgnosticSam;
import dev.steppe.optim.sam.AlignSam;
import dev.steppe.optim.sam.BayesianSam;
import dev.steppe.optim.sam.KSam;
import dev.steppe.optim.sam.LpfSgd;
import dev.steppe.optim.sam.MixedRwp;
import dev.steppe.optim.sam.Msam;
import dev.steppe.optim.sam.Noise;
import dev.steppe.optim.sam.Rwp;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.sam.SamPa;
import java.util.stream.Stream;

/** Methods that perturb at random or elsewhere, and those that choose examples or steps. */
final class NoiseAndChoiceGoldens {
    private NoiseAndChoiceGoldens() {
    }

    static Stream<Golden> cases() {
        return Stream.of(
                Golden.of("family/ksam", new KSam(0.2, 0.5, 1e-12)),
                Golden.of("family/ae_sam", new AeSam(Sam.defaults().rho(0.2), 0.9, -1, 1)),
                Golden.of("family/agnostic_sam", new AgnosticSam(0.2, 0.1, 0, 1e-12)),
                Golden.of("family/align_sam", new AlignSam(0.1, 2, 1e-12)),
                Golden.evaluated("family/msam", new Msam(0.3, 1e-12)),
                Golden.recipe("family/sampa", toy -> new SamPa(0.1, 0.2, 1e-12).over(Sgd.of(0.2))),
                Golden.on("family/rwp", toy -> new Rwp(0.1, noise(toy))),
                Golden.on("family/m_arwp", toy -> new MixedRwp(0.1, 0.5, 0.1, 0.99, noise(toy))),
                Golden.on("family/lpf_sgd", toy -> new LpfSgd(0.05, 7, 2, noise(toy))),
                Golden.on("family/adazo_sam", toy -> new AdaZoSam(0.2, 0.001, 2, 1e-12, noise(toy))),
                Golden.recipe("family/bayes_sam",
                        toy -> new BayesianSam(0.05, 0.9, 0.999, 0.12, 12, 0.1, 1, 1, noise(toy)).over(Sgd.of(0.2))));
    }

    /** The numbers that the file has in place of normal ones. */
    private static Noise noise(Toy toy) {
        return (step, draw, out) -> step.points().copy(toy.noise(step.number(), draw), out);
    }
}
