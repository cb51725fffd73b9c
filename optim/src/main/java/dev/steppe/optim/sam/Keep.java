package dev.steppe.optim.sam;

import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.optim.Metric;
import dev.steppe.optim.OneOf;
import dev.steppe.optim.SamStep;

/** Which parameters {@link Esam} perturbs. Open: write your own. */
@OneOf({Keep.Tensors.class, Keep.Numbers.class})
@FunctionalInterface
public interface Keep {
    /**
     * The mask of a step: it copies what is perturbed and writes zeros elsewhere.
     *
     * @param beta how much shall be perturbed
     */
    Metric mask(SamStep step, double beta);

    /** Whole tensors, each with probability beta, as in the official code. */
    record Tensors() implements Keep {
        /** The only one. */
        public static Tensors defaults() {
            return new Tensors();
        }

        @Override
        public Metric mask(SamStep step, double beta) {
            RandomKey key = step.key().fold("keep");
            return (s, d, out) -> {
                int i = 0;
                for (Segment segment : s.space().segments()) {
                    s.points().scale(key.uniform(i++) < beta ? 1 : 0, s.space().view(d, segment), s.space().view(out, segment));
                }
            };
        }
    }

    /** Single numbers, each with probability beta, as in the paper. */
    record Numbers() implements Keep {
        /** The only one. */
        public static Numbers defaults() {
            return new Numbers();
        }

        @Override
        public Metric mask(SamStep step, double beta) {
            RandomKey key = step.key().fold("keep");
            return (s, d, out) -> {
                s.points().copy(d, out);
                for (int i = 0; i < out.size(); i++) {
                    if (key.uniform(i) >= beta) {
                        out.span().set(i, 0);
                    }
                }
            };
        }
    }
}
