package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;
import dev.steppe.optim.*;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bayesian SAM (Möllenhoff, Khan, ICLR 2023, arXiv 2210.01620, there "bSAM"; team-approx-bayes/bayesian-sam): SAM as a relaxation of Bayes, with a
 * posterior of mean w and precision {@code N s}. The batch is cut into parts, each with noise of its own: {@code g = g_i(w + z / sqrt(N s))},
 * {@code e = rho g / s} from w, {@code u = g_i(w + e)}. Over the parts, u and {@code sqrt(s g^2)} are averaged; {@code m = beta1 m + (1 - beta1) (u + delta w)}
 * with {@code delta = prior / N}; {@code w -= rate m / s}; then {@code s = beta2 s + (1 - beta2) (sqrt(s g^2) + damping + delta)}. No bias correction.
 *
 * <p>It has moments of its own and gives the whole update m / s: meant for {@code sgd} without momentum and decay, whose learning rate (0.5 in the official code)
 * it uses. It is not the bilateral BSAM.
 *
 * @param rho size of the perturbation, at least 0
 * @param beta1 of the mean of gradients, in [0, 1)
 * @param beta2 of the precision, in [0, 1]; 1: it stays what it is
 * @param prior precision of the prior, at least 0
 * @param examples N: the number of training examples, times the factor by which augmentation multiplies them; greater than 0, may be infinite
 * @param damping added to the precision, at least 0
 * @param precision s at the start, greater than 0
 * @param parts into which a batch is cut, at least 1
 * @param noise where z comes from
 */
@Card(
        name = "bayesiansam",
        title = "SAM as a relaxation of Bayes",
        paper = "Möllenhoff, Khan, ICLR 2023, arXiv 2210.01620",
        formula = "e = rho g(w + z / sqrt(N s)) / s; m = average of g(w + e) + delta w; w = base(w, m / s); s = average of sqrt(s g^2) + damping + delta",
        points = 8,
        memory = 2,
        confidence = Confidence.HIGH,
        note = "official code read; trajectory of this form; meant for plain sgd, whose learning rate it uses; not the bilateral BSAM")
public record BayesianSam(
        @Origin("team-approx-bayes/bayesian-sam, README") double rho,
        @Origin("team-approx-bayes/bayesian-sam, train.py") @Range("[0, 1)") double beta1,
        @Origin("team-approx-bayes/bayesian-sam, train.py") @Range("[0, 1]") double beta2,
        @Origin("team-approx-bayes/bayesian-sam, README") double prior,
        @Origin("team-approx-bayes/bayesian-sam, README: 50,000 images of CIFAR, augmentation factor 4") @Range("(0, inf]") double examples,
        @Origin("team-approx-bayes/bayesian-sam, train.py") double damping,
        @Origin("team-approx-bayes/bayesian-sam, train.py") @Range("(0, inf)") double precision,
        @Origin("team-approx-bayes/bayesian-sam, train.py, batchsplit") @Range("[1, inf)") int parts,
        @Origin("arXiv 2210.01620: normal") Noise noise) implements SamVariant {
    private static final String MEAN = "mean";
    private static final String PRECISION = "precision";

    /** @throws OptionException if a number is out of its range */
    public BayesianSam {
        OptionException.check(BayesianSam.class, rho, beta1, beta2, prior, examples, damping, precision, parts, noise);
    }

    /** The official code's numbers for CIFAR. */
    public static BayesianSam defaults() {
        return new BayesianSam(0.01, 0.9, 0.999, 40, 200_000, 0.1, 1, 8, Noise.Normal.defaults());
    }

    /** Where the posterior is sampled: {@code z / sqrt(N s)}. */
    @Override
    public Perturbation perturbation(SamStep step) {
        Tensor s = s(step);
        return sample(step, noise.draw(step, 0), inverse(step, s), root(step, s));
    }

    @Override
    public Tensor gradient(SamStep step) {
        Tensor s = s(step);
        Tensor inverse = inverse(step, s);
        Tensor root = root(step, s);
        Tensor spread = step.blank();
        step.points().scale(0, s, spread);
        AtomicInteger draw = new AtomicInteger();
        Tensor u = step.mean(Math.ceilDiv(step.batch().size(), parts), part -> {
            Tensor z = noise.draw(part, draw.getAndIncrement());
            Tensor g = part.gradientAside(sample(part, z, inverse, root), part.batch()).vector();
            part.points().multiply(1, root, g, z);
            part.kernels().elementwise().unary(Unary.ABS, 0, 0, z.span(), z.span());
            part.points().axpy((double) part.batch().size() / step.batch().size(), z, spread);
            part.points().multiply(1, inverse, g, z);
            return part.gradientAt(part.along(rho, z)).vector();
        });
        double delta = prior / examples;
        Tensor m = step.combine(1 - beta1, u, (1 - beta1) * delta, step.weights());
        step.points().clearFrozen(step.space(), m);
        if (step.memory(MEAN) != null) {
            step.points().axpy(beta1, step.memory(MEAN), m);
        }
        step.remember(MEAN, m);
        step.kernels().elementwise().unary(Unary.SHIFT, damping + delta, 0, spread.span(), spread.span());
        step.remember(PRECISION, step.combine(beta2, s, 1 - beta2, spread));
        step.points().multiply(1, inverse, m, inverse);
        return inverse;
    }

    /** {@code z / sqrt(N s)}; z is written. */
    private Perturbation sample(SamStep step, Tensor z, Tensor inverse, Tensor root) {
        step.points().multiply(1, root, z, z);
        step.points().multiply(1, inverse, z, z);
        return step.along(1 / Math.sqrt(examples), z);
    }

    private Tensor s(SamStep step) {
        Tensor s = step.memory(PRECISION);
        if (s == null) {
            s = step.blank();
            step.kernels().move().fill(s.span(), precision);
        }
        return s;
    }

    private static Tensor inverse(SamStep step, Tensor s) {
        Tensor out = step.blank();
        step.kernels().elementwise().unary(Unary.POW, -1, 0, s.span(), out.span());
        return out;
    }

    private static Tensor root(SamStep step, Tensor s) {
        Tensor out = step.blank();
        step.kernels().elementwise().unary(Unary.SQRT, 0, 0, s.span(), out.span());
        return out;
    }
}
