package dev.steppe.optim.sam;

import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Layer-wise SAM (Liu, Mai, Chen, Hsieh, You, CVPR 2022, arXiv 2203.02714): for large batches the perturbation of each layer, a tensor j, is scaled as LARS scales
 * its step. By layer {@code e_j = rho |w_j| g_j / (|g_j| + epsilon)}: each moves by the same part of its length; by model
 * {@code e_j = rho (|w_j| / (|g_j| + epsilon)) g_j / (|g| + epsilon)}. The base optimizer gets {@code g(w + e)}. 2 passes, no state. As the ascent of
 * {@link LookSam} it is Look-LayerSAM: {@code looksam:ascent=layersam}.
 *
 * <p>A tensor of zeros has no length to be measured by, and stays. Confidence low: that the scaling is that of LARS is known, the exact form and the radius are not;
 * there is no official code, and an unofficial one has {@code rho |w_j| / |g_j|} times {@code g_j / |g_j|}.
 *
 * @param rho radius in units of the layers, at least 0
 * @param unit what the gradient of a layer is divided by
 * @param epsilon guard of the norms, at least 0
 */
@Card(
        name = "layersam",
        title = "Layer-wise sharpness-aware minimization (Look-LayerSAM's ascent)",
        paper = "Liu, Mai, Chen, Hsieh, You, CVPR 2022, arXiv 2203.02714",
        formula = "e_j = rho |w_j| g_j / |g_j| for each tensor j; w = base(w, g(w + e))",
        points = 4,
        confidence = Confidence.LOW,
        note = "that the scaling is that of LARS is known, the exact form and the radius are not; no official code")
public record LayerSam(
        @Origin("not published in the sources at hand; chosen here") double rho,
        @Origin("the scaling of LARS, arXiv 1708.03888, section 4") Unit unit,
        @Origin("SAM's") double epsilon) implements SamVariant {
    /** What the gradient of a layer is divided by, before it gets the length of the layer's weights. */
    public enum Unit {
        /** Its own norm. */
        LAYER,
        /** Its own norm, and that of the whole gradient. */
        MODEL
    }

    /** @throws OptionException if a number is out of its range */
    public LayerSam {
        OptionException.check(LayerSam.class, rho, unit, epsilon);
    }

    /** Radius 0.01, by layer. */
    public static LayerSam defaults() {
        return new LayerSam(0.01, Unit.LAYER, 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        Tensor d = step.along(1, step.gradient().vector()).direction();
        Tensor e = step.blank();
        for (Segment s : step.space().segments()) {
            Tensor part = step.space().view(d, s);
            double length = step.points().norm(part);
            double weights = step.points().norm(step.space().view(step.weights(), s));
            step.points().scale(length == 0 ? 0 : weights / (length + epsilon), part, step.space().view(e, s));
        }
        if (unit == Unit.LAYER) { return step.along(rho, e); }
        double norm = step.norm(d);
        return step.along(norm == 0 ? 0 : rho / (norm + epsilon), e);
    }
}
