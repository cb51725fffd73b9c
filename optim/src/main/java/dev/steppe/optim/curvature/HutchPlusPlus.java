package dev.steppe.optim.curvature;

import dev.steppe.core.Points;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.optim.OptionException;

/**
 * Hutch++ (Meyer, Musco, Musco, Woodruff, SOSA 2021, arXiv 2010.09649, Algorithm 1): a third of the products sketches the range of A with random signs S,
 * {@code Q = orth(A S)}; a third gives {@code tr(Q' A Q)} exactly; the last third is Hutchinson's estimate of what is left, {@code (1 - Q Q') A (1 - Q Q')}. The error
 * falls like 1 / products instead of 1 / sqrt(products) if A is positive semidefinite, and there is none if the rank is at most a third of the products. The standard
 * error is that of the last part, the only one that is left to chance. Holds {@code products / 3 + 2} points.
 *
 * @param products at least 6
 */
public record HutchPlusPlus(int products) {
    /** @throws OptionException if there are fewer than six */
    public HutchPlusPlus {
        OptionException.require(products >= 6, "hutch++", "products", products, "at least 6, for a standard error");
    }

    TraceEstimate run(Work work, RandomKey key) {
        int sketch = Math.min(products / 3, work.operator().dimension());
        Points points = work.points();
        Tensor z = work.take();
        Basis range = new Basis(points);
        for (int i = 0; i < sketch; i++) {
            Tensor column = work.take();
            work.signs(key.fold("sketch").fold(i), z);
            work.times(z, column);
            if (!range.extend(column, work.roundoff())) {
                work.forget(1);
            }
        }
        Tensor product = work.take();
        double exact = 0;
        for (int i = 0; i < range.size(); i++) {
            work.times(range.get(i), product);
            exact += points.dot(range.get(i), product);
        }
        Moments rest = new Moments();
        int samples = range.size() == work.operator().dimension() ? 0 : products / 3;
        for (int i = 0; i < samples; i++) {
            work.signs(key.fold("rest").fold(i), z);
            range.project(z);
            work.times(z, product);
            rest.add(points.dot(z, product));
        }
        return new TraceEstimate(exact + rest.mean(), samples == 0 ? 0 : rest.standardError(), "Hutch++", samples, work.products(),
                work.vectors(), work.provenance(key));
    }
}
