package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Sharpness-aware minimization with adaptive regularisation (arXiv 2412.16854): {@code min (1 - lambda) f(x) + lambda max f(x + e)}, where the ratio r of the
 * sharpness to that of the step before moves lambda: up in sharper regions, down in flatter ones. {@code e = rho g / |g|}; {@code s = <g, e>} (linear) or
 * {@code |f(x + e) - f(x)|} (loss); {@code r = s / (s of the step before + 1e-12)}; the base optimizer gets {@code (1 - lambda) g + lambda g(x + e)}.
 *
 * <p>By which formula r moves lambda is not published in any source at hand; nor are lambda's first value, its bounds and the radius. So the rule is a strategy,
 * {@link LambdaRule}, and every constant is a parameter: who has the paper sets it in one line. Lambda and the ratio are in the step report.
 *
 * @param rho radius of the ball, at least 0
 * @param lambda0 lambda of the first step, in [0, 1]
 * @param rule how the ratio moves lambda
 * @param ratio what the ratio is of
 * @param now whether the new lambda is used in the step that finds it, or from the next one on
 * @param period lambda moves in every so many steps, at least 1
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "samar",
        title = "Sharpness-aware minimization with adaptive regularisation (inferred rule)",
        paper = "ICASSP 2025, arXiv 2412.16854",
        formula = "e = rho g / |g|; r = s / s of the last step; lambda = rule(lambda, r); w = base(w, (1 - lambda) g + lambda g(w + e))",
        points = 4,
        confidence = Confidence.LOW,
        note = "no official code found; objective and ratio from reviews; the rule by which r moves lambda is inferred")
public record Samar(
        @Origin("not published in the sources at hand; that of SAM") double rho,
        @Origin("not published in the sources at hand; chosen here") @Range("[0, 1]") double lambda0,
        @Origin("not published in the sources at hand; chosen here") LambdaRule rule,
        @Origin("arXiv 2412.16854, as reviews state it") Ratio ratio,
        @Origin("not published in the sources at hand; chosen here") boolean now,
        @Origin("not published in the sources at hand; chosen here") @Range("[1, inf)") int period,
        @Origin("not published in the sources at hand; that of SAM") double epsilon) implements SamVariant {
    /** What the ratio is of. */
    public enum Ratio {
        /** The sharpness to first order, {@code <g, e> = rho |g|}: the ratio is that of the norms of the gradients. */
        LINEAR,
        /** The loss at the perturbed point less that at the weights. */
        LOSS
    }

    /** @throws OptionException if a number is out of its range */
    public Samar {
        OptionException.check(Samar.class, rho, lambda0, rule, ratio, now, period, epsilon);
    }

    /** Radius 0.05, lambda from 0.5, moved by a tenth in each step, between 0.1 and 1. */
    public static Samar defaults() {
        return new Samar(0.05, 0.5, LambdaRule.Banded.defaults(), Ratio.LINEAR, true, 1, 1e-12);
    }

    /** This variant with another radius. */
    public Samar rho(double rho) {
        return new Samar(rho, lambda0, rule, ratio, now, period, epsilon);
    }

    /** This variant with another first lambda and another rule. */
    public Samar lambda(double lambda0, LambdaRule rule) {
        return new Samar(rho, lambda0, rule, ratio, now, period, epsilon);
    }

    /** This variant with another ratio. */
    public Samar ratio(Ratio ratio) {
        return new Samar(rho, lambda0, rule, ratio, now, period, epsilon);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.ball(step.gradient().vector(), rho, epsilon);
    }

    @Override
    public Tensor gradient(SamStep step) {
        var g = step.gradient();
        Perturbation e = perturbation(step);
        var up = step.gradientAt(e);
        double s = ratio == Ratio.LOSS ? Math.abs(up.loss() - g.loss()) : e.scale() * step.points().dot(g.vector(), e.direction());
        double old = step.memory("lambda", lambda0);
        double last = step.memory("sharpness", Double.NaN);
        double r = Double.isNaN(last) ? 1 : s / (last + 1e-12);
        // Not the steps of the optimizer: another variant may leave some out.
        double number = step.memory("number", 0);
        step.remember("number", number + 1);
        double lambda = Double.isNaN(last) || number % period != 0 ? old : rule.next(old, r);
        step.remember("sharpness", s);
        step.remember("lambda", lambda);
        double used = now ? lambda : old;
        step.report("lambda", used);
        step.report("ratio", r);
        return step.combine(1 - used, g.vector(), used, up.vector());
    }
}
