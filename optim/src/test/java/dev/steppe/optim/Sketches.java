package dev.steppe.optim;

import dev.steppe.core.Role;
import dev.steppe.core.Tensor;
import java.util.Comparator;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;

/**
 * Members of the family that this library does not offer yet, as they would be written: the proof that the engine carries them. {@link EngineSeamsTest} compares
 * each with reference trajectories.
 */
final class Sketches {
    private Sketches() {
    }

    static SamVariant shards(int size) {
        SamVariant sam = dev.steppe.optim.sam.Sam.defaults().rho(0.2);
        return new SamVariant() {
            @Override
            public Perturbation perturbation(SamStep step) {
                return sam.perturbation(step);
            }

            @Override
            public Tensor gradient(SamStep step) {
                return step.mean(size, sam::gradient);
            }
        };
    }

    /** |w|^2 on all parameters: what davda54/sam and WSAM call adaptive. */
    private static Perturbation ball(SamStep s, Tensor d, double rho, boolean adaptive) {
        Metric square = (step, x, out) -> {
            step.points().multiply(1, step.weights(), step.weights(), out);
            step.points().multiply(1, out, x, out);
        };
        return adaptive ? s.ball(d, square, rho, 1e-12) : s.ball(d, rho, 1e-12);
    }

    /** Weighted SAM (arXiv 2305.15817): the sharpness term apart, past the momentum, or mixed in. */
    record Wsam(double rho, double gamma, boolean decouple, boolean adaptive, double maxNorm) implements SamVariant {
        @Override
        public Perturbation perturbation(SamStep s) {
            return ball(s, s.gradient().vector(), rho, adaptive);
        }

        @Override
        public Tensor gradient(SamStep s) {
            double alpha = gamma / (1 - gamma);
            Tensor g = s.clipped(s.gradient(), maxNorm);
            Tensor up = s.clipped(s.gradientAt(perturbation(s)), maxNorm);
            if (!decouple) { return s.combine(1 - alpha, g, alpha, up); }
            s.moveAfter(-alpha, s.combine(1, up, -1, g));
            return g;
        }
    }

    /** Variance-suppressed SAM (arXiv 2309.15639): along an average of the gradients. */
    record Vasso(double rho, double theta) implements SamVariant {
        @Override
        public Perturbation perturbation(SamStep s) {
            Tensor g = s.gradient().vector();
            Tensor last = s.memory("direction");
            Tensor d = last == null ? g : s.combine(1 - theta, last, theta, g);
            s.remember("direction", d);
            return s.ball(d, rho, 1e-7);
        }
    }

    /** Bilateral SAM (arXiv 2409.13173): up and down, three gradients. */
    record Bsam(double rhoMax, double rhoMin, boolean balance, boolean asReleased) implements SamVariant {
        @Override
        public Perturbation perturbation(SamStep s) {
            return s.ball(s.gradient().vector(), rhoMax, 1e-12);
        }

        @Override
        public Tensor gradient(SamStep s) {
            Gradient g = s.gradient();
            Gradient max = s.gradientAt(perturbation(s));
            Perturbation down = s.ball(g.vector(), -rhoMin, 1e-12);
            Gradient min = s.gradientAt(down);
            double scale = !balance ? 1 : min.norm() == 0 ? 0 : max.norm() / min.norm();
            Tensor sum = s.combine(1, max.vector(), 1, g.vector());
            s.points().axpy(-scale, min.vector(), sum);
            if (asReleased) {
                s.moveBefore(down.scale(), down.direction());
            }
            return sum;
        }
    }

    /** SAMAR (arXiv 2412.16854), with the project's rule for lambda. */
    record Samar(double rho, double lambda0, double min, double max, double up, double down) implements SamVariant {
        @Override
        public Perturbation perturbation(SamStep s) {
            return s.ball(s.gradient().vector(), rho, 1e-12);
        }

        @Override
        public Tensor gradient(SamStep s) {
            Tensor g = s.gradient().vector();
            Perturbation e = perturbation(s);
            double sharpness = e.scale() * s.points().dot(g, e.direction());
            double ratio = sharpness / (s.memory("sharpness", sharpness) + 1e-12);
            double lambda = s.memory("lambda", lambda0);
            if (s.number() > 0) {
                lambda = Math.clamp(ratio > 1 ? lambda * up : ratio < 1 ? lambda * down : lambda, min, max);
            }
            s.remember("sharpness", sharpness);
            s.remember("lambda", lambda);
            s.report("lambda", lambda);
            return s.combine(1 - lambda, g, lambda, s.gradientAt(e).vector());
        }
    }

    /** LookSAM (arXiv 2203.02714): every k-th step pays for the ascent, the others use what it found, whatever the ascent is. */
    record LookSam(int k, double alpha, SamVariant ascent) implements SamVariant {
        @Override
        public Perturbation perturbation(SamStep s) {
            return ascent.perturbation(s);
        }

        @Override
        public Tensor gradient(SamStep s) {
            Gradient g0 = s.gradient();
            if (s.number() % k == 0) {
                Tensor g1 = s.gradientAt(perturbation(s)).vector();
                s.remember("orthogonal", s.combine(1, g1, -s.points().dot(g1, g0.vector()) / (g0.norm() * g0.norm()), g0.vector()));
                return g1;
            }
            Tensor orthogonal = s.memory("orthogonal");
            return s.combine(1, g0.vector(), alpha * g0.norm() / (s.norm(orthogonal) + 1e-12), orthogonal);
        }
    }

    /** ESAM (arXiv 2110.03141), its choice of examples: descent on those whose loss rises most. */
    record Esam(double gamma, SamVariant ascent) implements SamVariant {
        @Override
        public Perturbation perturbation(SamStep s) {
            return ascent.perturbation(s);
        }

        @Override
        public Tensor gradient(SamStep s) {
            double[] before = s.gradient().losses();
            Perturbation e = perturbation(s);
            double[] after = s.lossesAt(e);
            int[] rows = IntStream.range(0, before.length).boxed().sorted(Comparator.comparingDouble(i -> before[i] - after[i]))
                    .limit((int) (before.length * gamma)).mapToInt(i -> i).toArray();
            return s.gradientAt(e, s.batch().select(rows)).vector();
        }
    }

    /** ESAM's other half, scripted: whole tensors are left out of the perturbation. */
    record EsamWeights(double rho, double beta) implements SamVariant {
        @Override
        public Perturbation perturbation(SamStep s) {
            Metric mask = (step, d, out) -> {
                for (var segment : step.space().segments()) {
                    boolean frozen = segment.role() == Role.WEIGHT ? step.number() % 2 == 0 : step.number() % 4 == 1;
                    step.points().scale(frozen ? 0 : 1, step.space().view(d, segment), step.space().view(out, segment));
                }
            };
            return s.ball(s.gradient().vector(), mask, rho / beta, 1e-7);
        }
    }

    /** A trigger around any variant: a plain step when it does not fire. */
    record When(LongPredicate trigger, SamVariant inner) implements SamVariant {
        @Override
        public Perturbation perturbation(SamStep s) {
            return inner.perturbation(s);
        }

        @Override
        public Tensor gradient(SamStep s) {
            return trigger.test(s.number()) ? inner.gradient(s) : s.gradient().vector();
        }
    }

    /** VaSSORe: the perturbation of the last time is used again, so a step between takes one gradient. */
    record Reuse(int k, SamVariant inner) implements SamVariant {
        @Override
        public Perturbation perturbation(SamStep s) {
            if (s.number() % k != 0) { return s.along(1, s.memory("perturbation")); }
            Perturbation e = inner.perturbation(s);
            Tensor copy = s.blank();
            s.points().scale(e.scale(), e.direction(), copy);
            s.remember("perturbation", copy);
            return e;
        }
    }

    /** K-SAM (arXiv 2210.12864): both gradients on the examples with the largest losses. */
    record KSam(double rho, int k) implements SamVariant {
        @Override
        public Perturbation perturbation(SamStep s) {
            return Perturbation.NONE;
        }

        @Override
        public Tensor gradient(SamStep s) {
            double[] losses = s.lossesAt(Perturbation.NONE);
            int[] rows = IntStream.range(0, losses.length).boxed().sorted(Comparator.comparingDouble(i -> -losses[i])).limit(k)
                    .mapToInt(i -> i).toArray();
            var worst = s.batch().select(rows);
            return s.gradientAt(s.ball(s.gradientAt(Perturbation.NONE, worst).vector(), rho, 1e-12), worst).vector();
        }
    }
}
