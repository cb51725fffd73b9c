package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Steps that save the first gradient (VaSSORe and VaSSOReMu, lk-eg thesis on VASSO): where the trigger does not fire, the perturbation of the last time is used
 * again, {@code e = e of the last time}, or (ReMu) the ascent makes a new one from the last gradient that the base optimizer got, in place of g(w). Either way
 * such a step takes one gradient, {@code g(w + e)}. For any variant; with {@link Vasso} at theta 1 the first form is SAM with a stale perturbation.
 *
 * @param when which steps take both gradients
 * @param update whether the ascent sees the last gradient in the other steps
 * @param ascent whose perturbation is used again
 */
@Card(
        name = "reuse",
        title = "VaSSORe: perturbations used again",
        paper = "lk-eg, thesis at ETH Zurich, on arXiv 2309.15639",
        formula = "e = rho d / |d| when the trigger fires, else e of the last time; w = base(w, g(w + e))",
        forwards = 1.5,
        backwards = 1.5,
        memory = 2,
        points = 5,
        confidence = Confidence.HIGH,
        note = "code of the thesis read; which step the norm of a second pass decides is chosen here (the next)")
public record Reuse(
        @Origin("lk-eg: k = 2") Trigger when,
        @Origin("lk-eg: VaSSORe; ReMu: true") boolean update,
        @Origin("lk-eg: VASSO, rho 0.2, theta 0.4 for WRN-28-10 on CIFAR-100") SamVariant ascent) implements Containing {
    private static final String LAST = "last";

    /** @throws OptionException if the ascent stands alone */
    public Reuse {
        OptionException.check(Reuse.class, when, update, ascent);
    }

    /** VaSSORe: every second step. */
    public static Reuse defaults() {
        return new Reuse(Trigger.EveryK.defaults(), false, Vasso.defaults().rho(0.2).theta(0.4));
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        SamStep inner = step.nested("ascent");
        Tensor last = step.memory(LAST);
        if (last == null || when.fires(step.nested("when"))) { return ascent.perturbation(inner); }
        return update ? ascent.perturbation(inner.assuming(last)) : step.along(1, last);
    }

    @Override
    public Tensor gradient(SamStep step) {
        Perturbation e = perturbation(step);
        Tensor g = step.gradientAt(e).vector();
        step.remember(LAST, update ? g : step.vector(e));
        when.saw(step.nested("when"), g);
        return g;
    }
}
