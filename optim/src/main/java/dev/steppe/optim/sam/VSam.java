package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * vSAM (Deng, Pang, Zhang, Wang, arXiv 2403.08821; ajiaaa/vSAM): how many of the next {@code window} steps are SAM's follows from how fast {@code d = g(w + e) - g} changes. At the end of each
 * window that number, s, becomes {@code s (1 + a r + b v)}: r is the mean relative change of {@code |d| / |g|} from one SAM step to the next, v that of the
 * variance of |d| (the sorted last |d| in blocks, their variances averaged), both within [-1, 1], both norms over the last tensors of the model; s stays between 1
 * and {@code most window}. Which steps are SAM's is drawn with probability {@code s / window}, and forced where the window would end short of s. The j-th step after
 * a SAM step gets {@code g + beta^j d}, up to {@code j = reuse}, then g. All steps of the warm-up are SAM's.
 *
 * <p>Confidence: high for the rule (official code read; no reference trajectory). Relative changes from 0 are left out (the code
 * divides by 0).
 *
 * <p>Needs {@link dev.steppe.optim.Options#totalSteps}, unless {@code warmup} is 0.
 *
 * @param rho radius of the ball, at least 0
 * @param warmup part of the run whose steps are all SAM's, in [0, 1]
 * @param window how many steps share one decision, at least 2
 * @param blocks into which the sorted |d| are cut, at least 1, at most half the window
 * @param first s of the first window, in [1, most window]
 * @param most largest part of a window that is SAM's, in (0, 1]
 * @param ratios a, the weight of r
 * @param variances b, the weight of v
 * @param beta by how much d fades each step, in [0, 1]
 * @param reuse for how many steps d is used again, at least 0
 * @param tensors over how many of the last tensors of the model the norms are taken, at least 1
 * @param chance how steps are drawn
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "vsam",
        title = "Variation-based SAM",
        paper = "Deng, Pang, Zhang, Wang, arXiv 2403.08821",
        formula = "SAM in s of the next 50 steps, s by how fast d = g(w + e) - g changes; between them w = base(w, g + beta^j d)",
        atMost = true,
        points = 4,
        memory = 1,
        confidence = Confidence.HIGH,
        note = "official code read; no reference trajectory")
public record VSam(
        @Origin("ajiaaa/vSAM, train_vsam.py") double rho,
        @Origin("ajiaaa/vSAM, vsam.py: 3 of 200 epochs") @Range(value = "[0, 1]", of = "a part of the run") double warmup,
        @Origin("ajiaaa/vSAM, train_vsam.py, win_spl") @Range("[2, inf)") int window,
        @Origin("ajiaaa/vSAM, train_vsam.py, win_spl") @Range("[1, inf)") int blocks,
        @Origin("ajiaaa/vSAM, vsam.py, base_sr") @Range("[1, inf)") double first,
        @Origin("ajiaaa/vSAM, train_vsam.py, max_p") @Range(value = "(0, 1]", of = "a part of the window") double most,
        @Origin("ajiaaa/vSAM, train_vsam.py, alpha") @Range("(-inf, inf)") double ratios,
        @Origin("ajiaaa/vSAM, train_vsam.py, alpha") @Range("(-inf, inf)") double variances,
        @Origin("ajiaaa/vSAM, train_vsam.py, beta") @Range("[0, 1]") double beta,
        @Origin("ajiaaa/vSAM, vsam.py, opt_sgd") int reuse,
        @Origin("ajiaaa/vSAM, train_vsam.py, last_layer") @Range("[1, inf)") int tensors,
        @Origin("ajiaaa/vSAM, vsam.py: independent of each other") Chance chance,
        @Origin("ajiaaa/vSAM, vsam.py") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public VSam {
        OptionException.check(VSam.class, rho, warmup, window, blocks, first, most, ratios, variances, beta, reuse, tensors, chance,
                epsilon);
        OptionException.require(blocks <= window / 2, "vsam", "blocks", blocks, "at most half the window");
        OptionException.require(first <= Math.max(1, most * window), "vsam", "first", first,
                "at most the largest part of the window, " + most * window);
    }

    /** The authors' numbers. */
    public static VSam defaults() {
        return new VSam(0.05, 0.015, 50, 5, 1, 0.8, 0.13, 0.13, 0.7, 6, 10, Chance.Uniform.defaults(), 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.ball(step.gradient().vector(), rho, epsilon);
    }

    @Override
    public Tensor gradient(SamStep step) {
        boolean sam = warmup > 0 && step.progress() < warmup || new SamWindow(this, step).opens();
        step.report("sam", sam ? 1 : 0);
        Gradient g = step.gradient();
        if (sam) {
            Tensor up = step.gradientAt(perturbation(step)).vector();
            Tensor d = step.combine(1, up, -1, g.vector());
            step.remember("difference", d);
            step.remember("since", 0);
            SamWindow.measure(this, step, g.vector(), d);
            return up;
        }
        Tensor d = step.memory("difference");
        double j = step.memory("since", 0) + 1;
        step.remember("since", j);
        return d == null || j > reuse ? g.vector() : step.combine(1, g.vector(), Math.pow(beta, j), d);
    }
}
