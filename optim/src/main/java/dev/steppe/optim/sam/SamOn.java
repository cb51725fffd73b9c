package dev.steppe.optim.sam;

import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Role;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;
import dev.steppe.optim.*;

/**
 * SAM-ON, only normalisation layers (Mueller, Vlaar, Rolnick, Hein, NeurIPS 2023, arXiv 2306.04226): scales and shifts of normalisation layers are perturbed, and
 * nothing else; everything is trained. {@code e = rho T^2 g / (|T g| + epsilon)} on them, the norm over them alone, so {@code |e| = rho} for {@code T = 1};
 * with the infinity norm {@code e = rho T sign(g)}. The base optimizer gets {@code g(w + e)}. 2 passes, no state.
 *
 * <p>The official code finds the layers by name ("norm", "bn"), here they have a {@link Role}. Confidence high: official code read and run.
 *
 * @param rho radius of the ball, at least 0
 * @param layers which parameters are perturbed
 * @param scale what T is
 * @param eta added to |w| (element-wise), or times the norm of the layer (layer-wise); at least 0
 * @param biases whether shifts and biases are scaled by T too; else T is 1 on them
 * @param norm of the ball
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "samon",
        title = "Sharpness-aware minimization of normalisation layers only",
        paper = "Mueller, Vlaar, Rolnick, Hein, NeurIPS 2023, arXiv 2306.04226",
        formula = "m = 1 on scales and shifts, else 0; e = rho m g / |m g|; w = base(w, g(w + e))",
        points = 4,
        confidence = Confidence.HIGH,
        note = "official code read and run; it finds the layers by name, here they have a role")
public record SamOn(
        @Origin("mueller-mp/SAM-ON, train.py") double rho,
        @Origin("mueller-mp/SAM-ON, only_bn") Layers layers,
        @Origin("mueller-mp/SAM-ON, SAM_BN") Scale scale,
        @Origin("mueller-mp/SAM-ON, train.py (class ASAM_BN: 0.01)") double eta,
        @Origin("mueller-mp/SAM-ON, normalize_bias") boolean biases,
        @Origin("mueller-mp/SAM-ON, train.py") Norm norm,
        @Origin("mueller-mp/SAM-ON, sam_on.py") double epsilon) implements SamVariant {
    /** Which parameters are perturbed. */
    public enum Layers {
        /** Those of normalisation layers. */
        NORM,
        /** All others: the complement, {@code no_bn} in the official code. */
        OTHERS,
        /** All. */
        ALL
    }

    /** The unit in which the perturbation of a parameter is measured. */
    public enum Scale {
        /** {@code T = 1}: SAM. */
        NONE,
        /** {@code T = |w| + eta}: ASAM. */
        ELEMENTWISE,
        /** {@code T = |layer| (1 + eta)}, the norm of the tensor. */
        LAYERWISE
    }

    /** The norm of the ball. */
    public enum Norm {
        /** Euclidean. */
        TWO,
        /** The largest number. */
        INFINITY
    }

    /** @throws OptionException if a number is out of its range */
    public SamOn {
        OptionException.check(SamOn.class, rho, layers, scale, eta, biases, norm, epsilon);
    }

    /** Radius 0.5 in the Euclidean norm, {@code T = 1}. */
    public static SamOn defaults() {
        return new SamOn(0.5, Layers.NORM, Scale.NONE, 0, false, Norm.TWO, 1e-16);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        Tensor g = step.gradient().vector();
        if (norm == Norm.TWO) { return step.ball(g, (s, d, out) -> scaled(s, d, out, 2), rho, epsilon); }
        Tensor signs = step.blank();
        step.kernels().elementwise().unary(Unary.SIGN, 0, 0, g.span(), signs.span());
        Tensor e = step.blank();
        scaled(step, signs, e, 1);
        return step.along(rho, e);
    }

    /** {@code out = T^power d}; 0 outside of the layers. */
    private void scaled(SamStep step, Tensor d, Tensor out, int power) {
        for (Segment s : step.space().segments()) {
            Tensor from = step.space().view(d, s);
            Tensor to = step.space().view(out, s);
            boolean normal = s.role() == Role.NORM_SCALE || s.role() == Role.NORM_SHIFT;
            boolean weight = biases || s.role() == Role.WEIGHT || s.role() == Role.NORM_SCALE;
            if (layers != Layers.ALL && normal != (layers == Layers.NORM)) {
                step.points().scale(0, from, to);
            } else if (scale == Scale.NONE || !weight) {
                step.points().copy(from, to);
            } else if (scale == Scale.LAYERWISE) {
                double t = step.points().norm(step.space().view(step.weights(), s)) * (1 + eta);
                step.points().scale(power == 2 ? t * t : t, from, to);
            } else {
                step.kernels().elementwise().unary(Unary.ABS, 0, 0, step.space().view(step.weights(), s).span(), to.span());
                step.kernels().elementwise().unary(Unary.SHIFT, eta, 0, to.span(), to.span());
                if (power == 2) {
                    step.points().multiply(1, to, to, to);
                }
                step.points().multiply(1, to, from, to);
            }
        }
    }
}
