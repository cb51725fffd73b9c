package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Any variant in some steps only; the others give the base optimizer {@code scale g(w)}. With {@code everyk} it is Composer's interval, with {@code bernoulli} SS-SAM
 * (randomised sharpness-aware training, arXiv 2203.09962), with {@code window} SAM in a part of the run. In a step that does not pay, the ascent sees nothing.
 *
 * @param when which steps pay
 * @param scale factor on the gradient of the others, at least 0
 * @param ascent what the steps that pay do
 */
@Card(
        name = "triggered",
        title = "Any variant in some steps: every k, at random, in a window",
        paper = "Andriushchenko, Flammarion, ICML 2022, arXiv 2206.06232; Zhao, Zhang, Hu, arXiv 2203.09962",
        formula = "w = base(w, g(w + e)) when the trigger fires, else base(w, g)",
        forwards = 1.2,
        backwards = 1.2,
        confidence = Confidence.HIGH,
        note = "every k and window: code read; the factor by which SS-SAM scales the other gradients (low): a parameter")
public record Triggered(
        @Origin("lk-eg: best accuracy per cost, epochs 160 to 200 of 200") Trigger when,
        @Origin("not scaled; arXiv 2203.09962 scales, by a factor not known here") double scale,
        @Origin("davda54/sam") SamVariant ascent) implements Containing {
    /** @throws OptionException if a number is out of its range */
    public Triggered {
        OptionException.check(Triggered.class, when, scale, ascent);
    }

    /** SAM in the last fifth of the run. */
    public static Triggered defaults() {
        return new Triggered(Trigger.Window.defaults(), 1, Sam.defaults());
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return when.fires(step.nested("when")) ? ascent.perturbation(step.nested("ascent")) : Perturbation.NONE;
    }

    @Override
    public Tensor gradient(SamStep step) {
        SamStep trigger = step.nested("when");
        Tensor g = when.fires(trigger) ? ascent.gradient(step.nested("ascent")) : step.gradient().vector();
        if (scale != 1 && !when.fires(trigger)) {
            Tensor scaled = step.blank();
            step.points().scale(scale, g, scaled);
            g = scaled;
        }
        when.saw(trigger, g);
        return g;
    }

    /** Nothing, as in its own steps that do not pay. */
    @Override
    public void observe(SamStep step) {
    }
}
