package dev.steppe.optim.sharpness;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Span;

/**
 * The highest (or lowest) loss in a neighbourhood by projected gradient ascent: {@code u <- P(u + alpha d)}, d the steepest direction of the neighbourhood's own norm
 * and of its radius, alpha = 2 at first and halved whenever the loss did not rise, from the best place so far: the step rule of APGD (Croce and Hein, ICML 2020, arXiv
 * 2003.01690, section 3) without its momentum. The first step from the centre leads to the place of SAM. At a critical point the first direction is random. Holds 4
 * points beside those of the visit.
 */
final class ProjectedAscent {
    private static final double FIRST_STEP = 2;

    /** A neighbourhood of 0, in units of T. */
    interface Region {
        /** {@code u = P(from + alpha d)}, d of the region's radius along g. */
        void step(Visit visit, Tensor from, double alpha, Tensor g, Tensor u);

        /** Takes any direction to the border. */
        void toBorder(Visit visit, Tensor u);
    }

    /** {@code |u| <= radius}. */
    record Ball(double radius) implements Region {
        @Override
        public void step(Visit visit, Tensor from, double alpha, Tensor g, Tensor u) {
            visit.points().combine(1, from, alpha * radius / visit.points().norm(g), g, u);
            if (visit.points().norm(u) > radius) {
                toBorder(visit, u);
            }
        }

        @Override
        public void toBorder(Visit visit, Tensor u) {
            visit.points().scale(radius / visit.points().norm(u), u, u);
        }
    }

    /** {@code |u_i| <= 1}. */
    record Box() implements Region {
        @Override
        public void step(Visit visit, Tensor from, double alpha, Tensor g, Tensor u) {
            Span a = from.span();
            Span b = g.span();
            Span out = u.span();
            for (int i = 0; i < out.length(); i++) {
                out.set(i, Math.clamp(a.get(i) + alpha * Math.signum(b.get(i)), -1, 1));
            }
        }

        @Override
        public void toBorder(Visit visit, Tensor u) {
            for (int i = 0; i < u.size(); i++) {
                u.span().set(i, Math.signum(u.span().get(i)));
            }
        }
    }

    private final Visit visit;
    private final Region region;
    private final int sign;
    private final int steps;
    /** The best place of this start. */
    private Tensor here;
    private Tensor candidate;
    private Tensor slope;
    private Tensor slopeThere;

    /** @param sign 1 for the highest loss, -1 for the lowest */
    ProjectedAscent(Visit visit, Region region, int sign, int steps) {
        this.visit = visit;
        this.region = region;
        this.sign = sign;
        this.steps = steps;
        here = visit.blank();
        candidate = visit.blank();
        slope = visit.blank();
        slopeThere = visit.blank();
    }

    /** The extreme loss found from the centre and from {@code restarts} random places on the border. Each start costs {@code steps} gradients and a forward. */
    double extreme(int restarts) {
        double best = climb(true);
        for (int r = 1; r <= restarts; r++) {
            visit.normal(r, here);
            region.toBorder(visit, here);
            double other = climb(false);
            best = sign * (other - best) > 0 ? other : best;
        }
        return best;
    }

    private double climb(boolean fromCentre) {
        double loss = visit.gradient(fromCentre ? 0 : 1, here, slope);
        if (visit.points().norm(slope) == 0) {
            visit.normal(0, slope);
        }
        double alpha = FIRST_STEP;
        for (int k = 1; k <= steps && visit.points().norm(slope) > 0; k++) {
            region.step(visit, here, sign * alpha, slope, candidate);
            double there = k == steps ? visit.loss(1, candidate) : visit.gradient(1, candidate, slopeThere);
            if (sign * (there - loss) > 0) {
                loss = there;
                swap();
            } else {
                alpha /= 2;
            }
        }
        return loss;
    }

    private void swap() {
        Tensor t = here;
        here = candidate;
        candidate = t;
        t = slope;
        slope = slopeThere;
        slopeThere = t;
    }
}
