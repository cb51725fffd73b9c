package dev.steppe.optim.sharpness;

import dev.steppe.core.NonFiniteException;
import dev.steppe.core.Points;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.optim.curvature.LossSurface;

/** One measurement: evaluates around the weights and counts the passes. */
final class Visit {
    private final LossSurface surface;
    private final SharpnessMeasure measure;
    private final int total;
    private final Points points;
    private final Tensor place;
    private Tensor units;
    private double loss = Double.NaN;
    private int forwards;
    private int backwards;

    /** @param total how many passes there will be at most */
    Visit(LossSurface surface, SharpnessMeasure measure, int total) {
        this.surface = surface;
        this.measure = measure;
        this.total = total;
        this.points = surface.points();
        this.place = points.zeros(weights());
    }

    Points points() {
        return points;
    }

    Tensor weights() {
        return surface.parameters().point();
    }

    Tensor blank() {
        return points.zeros(weights());
    }

    /** From now on perturbations are measured in these units. */
    Visit in(Normalisation normalisation) {
        if (!normalisation.equals(Normalisation.NONE)) {
            units = blank();
            normalisation.diagonal(surface.parameters(), units);
        }
        return this;
    }

    /** From now on perturbations are measured in the units of a given diagonal. */
    Visit inUnits(Tensor diagonal) {
        units = diagonal;
        return this;
    }

    /** {@code out = T x}. */
    void scaled(Tensor x, Tensor out) {
        if (units == null) {
            points.copy(x, out);
        } else {
            points.multiply(1, units, x, out);
        }
    }

    /** The loss at the weights, evaluated once. */
    double loss() {
        if (Double.isNaN(loss)) {
            loss = surface.loss(weights());
            forwards++;
            told();
        }
        return loss;
    }

    /** The loss at {@code w + scale T u}. */
    double loss(double scale, Tensor u) {
        double l = surface.loss(place(scale, u));
        forwards++;
        told();
        return l;
    }

    /** Loss and error at {@code w + scale T u}. */
    LossSurface.Value evaluate(double scale, Tensor u) {
        LossSurface.Value v = surface.evaluate(place(scale, u));
        forwards++;
        told();
        return v;
    }

    /** The loss at {@code w + scale T u}, and in g {@code T} times the gradient there: the gradient in u. */
    double gradient(double scale, Tensor u, Tensor g) {
        boolean here = u == null || scale == 0;
        double l = surface.gradient(here ? weights() : place(scale, u), g);
        loss = here ? l : loss;
        scaled(g, g);
        forwards++;
        backwards++;
        told();
        return l;
    }

    private Tensor place(double scale, Tensor u) {
        scaled(u, place);
        points.combine(1, weights(), scale, place, place);
        if (!points.allFinite(place)) {
            throw new NonFiniteException(measure.name() + ": the perturbed weights are not finite (" + scale + " times a direction of norm "
                    + points.norm(u) + ")");
        }
        return place;
    }

    /** Standard normal numbers, 0 for frozen weights. */
    void normal(int draw, Tensor out) {
        RandomKey key = surface.key().fold("sharpness").fold(draw);
        for (int i = 0; i < out.size(); i++) {
            out.span().set(i, key.normal(i));
        }
        surface.clearFrozen(out);
    }

    private void told() {
        surface.listener().progress(measure.name(), forwards, Math.max(forwards, total));
    }

    /** What was found. */
    Sharpness found(double value, double standardError) {
        return new Sharpness(measure.name(), measure.meaning(), value, standardError, measure.radius(), loss(), forwards, backwards,
                surface.provenance("loss"));
    }
}
