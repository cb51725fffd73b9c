package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.SamStep;

/** A gradient from losses alone: central differences along probes. */
final class Probes {
    private Probes() {
    }

    /** {@code 1/q sum_j (L(w + mu u_j) - L(w - mu u_j)) / (2 mu) u_j}, a new point. */
    static Tensor direction(SamStep step, int q, double mu, Noise probe) {
        Tensor d = step.blank();
        Tensor u = step.blank();
        for (int j = 0; j < q; j++) {
            probe.draw(step, j, u);
            double up = Rows.loss(step.batch(), step.lossesAt(step.along(mu, u)));
            double down = Rows.loss(step.batch(), step.lossesAt(step.along(-mu, u)));
            double slope = (up - down) / (2 * mu) / q;
            if (j == 0) {
                step.points().scale(slope, u, d);
            } else {
                step.points().axpy(slope, u, d);
            }
        }
        return d;
    }
}
