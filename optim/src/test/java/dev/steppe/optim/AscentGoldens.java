package dev.steppe.optim;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.optim.sam.CrSam;
import dev.steppe.optim.sam.EgSam;
import dev.steppe.optim.sam.EigenSam;
import dev.steppe.optim.sam.FisherSam;
import dev.steppe.optim.sam.FriendlySam;
import dev.steppe.optim.sam.Gam;
import dev.steppe.optim.sam.GcSam;
import dev.steppe.optim.sam.GradientNormPenalty;
import dev.steppe.optim.sam.Gsam;
import dev.steppe.optim.sam.ImbSam;
import dev.steppe.optim.sam.OptSam;
import dev.steppe.optim.sam.Sagm;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.sam.SamOn;
import dev.steppe.optim.sam.SparseSam;
import dev.steppe.optim.sam.StableSam;
import dev.steppe.optim.sam.Usam;
import java.util.stream.Stream;

/** Variants that choose the direction of ascent, its metric or its examples, and variants that combine gradients. */
final class AscentGoldens {
    private AscentGoldens() {
    }

    static Stream<Golden> cases() {
        Sam sam = Sam.defaults().rho(0.2);
        return Stream.of(
                Golden.of("family/usam", new Usam(0.2)),
                Golden.of("family/fisher_sam", FisherSam.defaults()),
                Golden.of("family/sam_on", SamOn.defaults().with("rho", 0.2)),
                Golden.on("family/sparse_sam",
                        toy -> new SparseSam(0.2, step -> point(toy, 1, 0, 1, 0, 1, 0), 1e-7)),
                Golden.of("family/fsam", FriendlySam.defaults().with("rho", 0.2)),
                Golden.of("family/fsam_sigma0.5", FriendlySam.defaults().with("rho", 0.2).with("sigma", 0.5)),
                Golden.of("family/sagm", Sagm.defaults().with("rho", 0.2).with("alpha", 0.05)),
                Golden.of("family/gcsam_code", GcSam.defaults().with("rho", 0.2)),
                Golden.of("family/gcsam_paper", GcSam.defaults().with("rho", 0.2).with("normAfterGc", true).with("gcDescent", true)),
                Golden.of("family/stable_sam", StableSam.defaults().with("ascent", sam)),
                Golden.of("family/stable_usam", StableSam.defaults().with("ascent", new Usam(0.2))),
                Golden.of("family/stable_sam_clip", StableSam.defaults().with("ascent", sam).with("clipped", true)),
                Golden.of("family/eg_sam", EgSam.defaults().with("rho", 0.2)),
                Golden.of("family/opt_sam", OptSam.defaults().with("rho", 0.2)),
                Golden.of("family/gsam", Gsam.defaults().with("ascent", sam)),
                Golden.of("family/gnp", GradientNormPenalty.defaults().with("ascent", sam)),
                Golden.of("family/gam", Gam.defaults()),
                Golden.of("family/cr_sam", CrSam.defaults()),
                Golden.of("family/imbsam", new ImbSam(0.2, 1, step -> new int[] {2, 3}, 1e-16)),
                Golden.of("family/imbsam_official_x2",
                        new ImbSam(0.2, 2, step -> new int[] {2, 3}, 1e-16)),
                Golden.on("family/eigen_sam", toy -> new EigenSam(0.1, 0.2, step -> direction(toy), 1e-12)));
    }

    private static Tensor point(Toy toy, double... numbers) {
        return Tensor.of(Shape.of(6), numbers).to(toy.start.point().dtype());
    }

    /** {@code cos(j) / |cos|}. */
    private static Tensor direction(Toy toy) {
        return point(toy, Vec.unit(Vec.of(6, Math::cos)));
    }
}
