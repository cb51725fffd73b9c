package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * LORENZA (Refael, Arbel, Lindenbaum, Tirer, arXiv 2502.19571): {@linkplain AdaZoSam AdaZo-SAM} and Adam in a subspace of low rank. For each weight matrix G of a
 * gradient (a tensor of more dimensions is one of its last axis) {@code Q = qr(G Omega)}, Omega normal, every so many steps; the probes are {@code Q z}; with
 * {@code h = Q' g(w + e)}, {@code m = beta1 m + (1 - beta1) h}, {@code v = beta2 v + (1 - beta2) h^2}, both without bias;
 * {@code w -= rate Q m / (sqrt(v) + stability)}. Tensors of one dimension have plain probes and plain Adam. So what is kept has the rank's size, not the weights'.
 *
 * <p>It has moments of its own and gives the whole update: meant for {@code sgd} without momentum and decay, whose learning rate it uses. Confidence: inferred,
 * there is no official code; that {@code g(w + e)} gives Q, that the first probes are plain, and that the moments stay when Q changes, are choices made here.
 *
 * @param rho radius of the ball, at least 0
 * @param rank columns of Q, at least 1; never more than the matrix has rows or columns
 * @param every how many steps a Q is used, at least 1
 * @param mu length of a probe, greater than 0
 * @param probes q, at least 1
 * @param beta1 of the mean, in [0, 1)
 * @param beta2 of the squares, in [0, 1)
 * @param stability added to the root of the squares, greater than 0
 * @param epsilon guard of the norm of the direction, at least 0
 * @param noise where Omega and the probes come from
 */
@Card(
        name = "lorenza",
        title = "Low-rank zeroth-order adaptive SAM",
        paper = "Refael, Arbel, Lindenbaum, Tirer, arXiv 2502.19571",
        formula = "e as adazosam with u = Q z, Q = qr(g(w + e) Omega); h = Q' g(w + e); w = base(w, Q adam(h))",
        forwards = 3,
        backwards = 1,
        points = 9,
        memory = 2,
        confidence = Confidence.LOW,
        note = "memory: of tensors of one dimension, and of a matrix the part that the rank is of its rows; inferred: sign, probes, when Q changes; no official code; meant for plain sgd, whose learning rate it uses")
public record Lorenza(
        @Origin("arXiv 2010.01412, section 3.1: the radius of SAM") double rho,
        @Origin("inferred: that of GaLore's fine-tuning") @Range("[1, inf)") int rank,
        @Origin("inferred: that of GaLore") @Range("[1, inf)") int every,
        @Origin("a third party's code; inferred") @Range("(0, inf)") double mu,
        @Origin("a third party's code; inferred") @Range("[1, inf)") int probes,
        @Origin("torch.optim.Adam") @Range("[0, 1)") double beta1,
        @Origin("torch.optim.Adam") @Range("[0, 1)") double beta2,
        @Origin("arXiv 2502.19571; torch.optim.Adam") @Range("(0, inf]") double stability,
        @Origin("davda54/sam") double epsilon,
        @Origin("arXiv 2502.19571: normal") Noise noise) implements SamVariant {
    private static final String BASIS = "basis";
    private static final String MEAN = "mean";
    private static final String SQUARE = "square";
    private static final String UPDATES = "updates";

    /** @throws OptionException if a number is out of its range */
    public Lorenza {
        OptionException.check(Lorenza.class, rho, rank, every, mu, probes, beta1, beta2, stability, epsilon, noise);
    }

    /** Radius 0.05, rank 4 for 200 steps, one normal probe of length 0.001, Adam's averages. */
    public static Lorenza defaults() {
        return new Lorenza(0.05, 4, 200, 1e-3, 1, 0.9, 0.999, 1e-8, 1e-12, Noise.Normal.defaults());
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        LowRank low = LowRank.of(step.space(), rank);
        Tensor basis = step.table(BASIS);
        Tensor inside = low.blank(step);
        Noise within = basis == null ? noise : (s, draw, out) -> {
            noise.draw(s, draw, out);
            low.begin(out, inside);
            low.lift(basis, inside, out);
        };
        return step.ball(Probes.direction(step, probes, mu, within), rho, epsilon);
    }

    @Override
    public Tensor gradient(SamStep step) {
        LowRank low = LowRank.of(step.space(), rank);
        Tensor g = step.gradientAt(perturbation(step)).vector();
        // Not the steps of the optimizer: another variant may leave some out.
        double updates = step.memory(UPDATES, 0);
        Tensor basis = basis(step, low, g, updates % every == 0);
        step.rememberTable(BASIS, basis);
        Tensor h = low.blank(step);
        low.project(basis, g, h);
        Tensor m = average(step, low, MEAN, beta1, h);
        step.points().multiply(1, h, h, h);
        Tensor v = average(step, low, SQUARE, beta2, h);
        step.remember(UPDATES, updates + 1);
        double correction1 = 1 - Math.pow(beta1, updates + 1);
        double correction2 = 1 - Math.pow(beta2, updates + 1);
        for (int i = 0; i < h.size(); i++) {
            h.span().set(i, m.get(i) / correction1 / (Math.sqrt(v.get(i) / correction2) + stability));
        }
        Tensor update = step.blank();
        low.lift(basis, h, update);
        return update;
    }

    private Tensor basis(SamStep step, LowRank low, Tensor g, boolean due) {
        Tensor last = step.table(BASIS);
        if (last == null || due) { return low.basis(step, g, noise.draw(step, probes)); }
        return low.isOpen(last) ? low.grown(step, last, g, noise.draw(step, probes)) : last;
    }

    /** {@code average <- beta average + (1 - beta) x}, from 0. */
    private static Tensor average(SamStep step, LowRank low, String name, double beta, Tensor x) {
        Tensor last = step.table(name);
        Tensor next = low.blank(step);
        step.points().scale(1 - beta, x, next);
        if (last != null) {
            step.points().axpy(beta, last, next);
        }
        step.rememberTable(name, next);
        return next;
    }
}
