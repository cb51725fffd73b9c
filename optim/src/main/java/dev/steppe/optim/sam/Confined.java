package dev.steppe.optim.sam;

import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Any variant with its perturbation confined to some parameters; all are trained. The ascent's direction is masked before its norm is taken, so the radius is
 * that of the perturbation. With the roles of normalisation layers and SAM it is SAM-ON ({@link SamOn}).
 *
 * @param to which parameters are perturbed
 * @param ascent what is confined
 */
@Card(
        name = "confined",
        title = "Perturbation of chosen layers or roles",
        paper = "Mueller, Vlaar, Rolnick, Hein, NeurIPS 2023, arXiv 2306.04226",
        formula = "e = rho (m g) / |m g|, m = 1 on chosen parameters, 0 on others; w = base(w, g(w + e))",
        points = 4,
        confidence = Confidence.HIGH,
        note = "SAM on chosen parameters is the official code's definition; for other variants by composition")
public record Confined(
        @Origin("arXiv 2306.04226: normalisation layers") Chosen to,
        @Origin("davda54/sam") SamVariant ascent) implements Containing {
    /** @throws OptionException if the ascent stands alone */
    public Confined {
        OptionException.check(Confined.class, to, ascent);
    }

    /** SAM on normalisation layers. */
    public static Confined defaults() {
        return new Confined(Chosen.Roles.defaults(), Sam.defaults());
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return ascent.perturbation(confined(step));
    }

    @Override
    public Tensor gradient(SamStep step) {
        return ascent.gradient(confined(step));
    }

    @Override
    public void observe(SamStep step) {
        ascent.observe(confined(step));
    }

    private SamStep confined(SamStep step) {
        return step.nested("ascent").confined((s, d, out) -> {
            for (Segment segment : s.space().segments()) {
                s.points().scale(to.contains(segment) ? 1 : 0, s.space().view(d, segment), s.space().view(out, segment));
            }
        });
    }
}
