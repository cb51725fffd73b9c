package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * m-sharpness (Foret et al., arXiv 2010.01412, section 4.1; Andriushchenko and Flammarion, arXiv 2206.06232) for any variant: each m consecutive examples get a
 * perturbation of their own, and the base optimizer gets the mean of the perturbed gradients. What data-parallel training does. The ascent remembers for each
 * such part apart. {@link dev.steppe.optim.Options#shard} is the same for a whole recipe.
 *
 * @param m examples that share a perturbation, at least 1; as many as the batch has, or more: the ascent itself
 * @param ascent what is done to each part
 */
@Card(
        name = "msharpness",
        title = "m-sharpness of any variant",
        paper = "Andriushchenko, Flammarion, ICML 2022, arXiv 2206.06232",
        formula = "for each part i of m examples e_i = e(g_i); w = base(w, mean of g_i(w + e_i))",
        points = 4,
        confidence = Confidence.HIGH,
        note = "code of data-parallel SAM read; definition executed")
public record MSharpness(
        @Origin("arXiv 2206.06232: the batch of one device, typically 128; smaller here, where one device has the batch") @Range("[1, inf)") int m,
        @Origin("davda54/sam") SamVariant ascent) implements Containing {
    /** @throws OptionException if a number is out of its range */
    public MSharpness {
        OptionException.check(MSharpness.class, m, ascent);
    }

    /** SAM for each 32 examples. */
    public static MSharpness defaults() {
        return new MSharpness(32, Sam.defaults());
    }

    /** That of the whole batch: what a variant that needs one place takes. */
    @Override
    public Perturbation perturbation(SamStep step) {
        return ascent.perturbation(step.nested("ascent"));
    }

    @Override
    public Tensor gradient(SamStep step) {
        return step.nested("ascent").mean(m, ascent::gradient);
    }

    /** Of several parts the ascent sees nothing: their gradients are not there, only that of the whole batch. */
    @Override
    public void observe(SamStep step) {
        if (step.batch().size() <= m) {
            ascent.observe(step.nested("ascent"));
        }
    }
}
