package dev.steppe.optim.sharpness;

import dev.steppe.optim.OptionException;
import dev.steppe.optim.curvature.LossSurface;
import dev.steppe.optim.curvature.Moments;
import dev.steppe.optim.curvature.ProgressListener;

/**
 * m-sharpness (Foret et al., ICLR 2021, arXiv 2010.01412, section 4.1; Andriushchenko and Flammarion, ICML 2022, arXiv 2206.06232, section 2): the mean over groups of m
 * examples of another measure, which each group takes with its own perturbation. The examples are cut in order; groups count by their size. The standard error is that of the
 * groups.
 *
 * @param m examples per group, at least 1
 * @param measure of each group
 */
public record MSharpness(int m, SharpnessMeasure measure) implements SharpnessMeasure {
    /** @throws OptionException if m is less than 1 */
    public MSharpness {
        OptionException.require(m >= 1, "m-sharpness", "m", m, "at least 1");
        OptionException.require(measure != null, "m-sharpness", "measure", measure, "given");
    }

    /** What SAM sees with groups of m. */
    public static MSharpness of(int m, double rho) {
        return new MSharpness(m, AscentSharpness.of(rho));
    }

    @Override
    public String name() {
        return "m-sharpness, m = " + m + ": " + measure.name();
    }

    @Override
    public String meaning() {
        return "mean over groups of " + m + " examples of " + measure.meaning();
    }

    @Override
    public double radius() {
        return measure.radius();
    }

    @Override
    public Sharpness of(LossSurface surface) {
        double value = 0;
        double loss = 0;
        double forwards = 0;
        double backwards = 0;
        Moments values = new Moments();
        int all = surface.size();
        int done = 0;
        for (LossSurface group : surface.groups(m)) {
            Sharpness s = measure.of(group.listener(ProgressListener.NONE));
            double share = (double) group.size() / all;
            value += share * s.value();
            loss += share * s.loss();
            forwards += share * s.forwards();
            backwards += share * s.backwards();
            values.add(s.value());
            done += group.size();
            surface.listener().progress(name(), done, all);
        }
        return new Sharpness(name(), meaning(), value, values.standardError(), radius(), loss, forwards, backwards,
                surface.provenance("loss"));
    }
}
