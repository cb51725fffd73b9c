package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Momentum-SAM (Becker, Altrock, Risse, arXiv 2401.12033; MarlonBecker/MSAM): perturbs against the momentum v of the base optimizer, which is free of charge.
 * {@code e = -rho v / (|v| + epsilon)}, 0 in the first step; the base optimizer gets {@code g(w + e)}, and a coupled weight decay acts at w + e; one gradient per
 * step. Over AdamW v is its first moment, and its decay, decoupled, acts at w. Over a base optimizer without momentum v is the last gradient.
 *
 * <p>The official code keeps w + e as the model and has to be moved back before it is evaluated. Here the weights are w, and w + e is only a place; but BatchNorm
 * statistics are those of w + e, and are recalibrated at w for evaluation.
 *
 * @param rho radius, at least 0; 0: the base optimizer alone
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "msam",
        title = "Momentum SAM",
        paper = "Becker, Altrock, Risse, arXiv 2401.12033",
        formula = "e = -rho v / |v|, v the momentum of the base optimizer; w = base(w, g(w + e))",
        forwards = 1,
        backwards = 1,
        points = 3,
        confidence = Confidence.HIGH,
        note = "official code read; trajectory reproduced by it, which keeps w + e as its weights")
public record Msam(
        @Origin("arXiv 2401.12033, WideResNets on CIFAR (10 for ViT)") double rho,
        @Origin("MarlonBecker/MSAM") double epsilon) implements SamVariant {
    private static final String LAST = "momentum";

    /** @throws OptionException if a number is out of its range */
    public Msam {
        OptionException.check(Msam.class, rho, epsilon);
    }

    /** Radius 3. */
    public static Msam defaults() {
        return new Msam(3, 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        Tensor v = step.momentum() == null ? step.memory(LAST) : step.momentum();
        return v == null ? Perturbation.NONE : step.ball(v, -rho, epsilon);
    }

    /** Statistics are those of w + e, a radius away. */
    @Override
    public boolean recalibrates() {
        return rho > 0;
    }

    @Override
    public Tensor gradient(SamStep step) {
        Perturbation e = perturbation(step);
        Tensor g = step.gradientAt(e).vector();
        Tensor decay = e == Perturbation.NONE ? null : step.decay(e.direction());
        if (decay != null) {
            g = step.combine(1, g, e.scale(), decay);
        }
        if (step.momentum() == null) {
            Tensor decayed = step.decay(step.weights());
            step.remember(LAST, decayed == null ? g : step.combine(1, g, 1, decayed));
        }
        return g;
    }
}
