package dev.steppe.cli.run;

import dev.steppe.core.Batch;
import dev.steppe.core.Evaluator;
import dev.steppe.core.NonFiniteException;
import dev.steppe.core.Points;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.data.Dataset;
import dev.steppe.kernels.Kernels;
import dev.steppe.optim.curvature.BatchNormMode;
import dev.steppe.optim.curvature.Curvature;
import dev.steppe.optim.curvature.Eigenpair;
import dev.steppe.optim.curvature.Eigenpairs;
import dev.steppe.optim.curvature.Lanczos;
import dev.steppe.optim.curvature.LossSurface;
import dev.steppe.optim.curvature.ProgressListener;
import dev.steppe.optim.curvature.SpectralDensity;
import dev.steppe.optim.curvature.TraceEstimate;
import dev.steppe.optim.landscape.Axis;
import dev.steppe.optim.landscape.Curve;
import dev.steppe.optim.landscape.Directions;
import dev.steppe.optim.landscape.Grid;
import dev.steppe.optim.landscape.Landscape;
import dev.steppe.optim.landscape.Scaling;
import dev.steppe.optim.sharpness.AscentSharpness;
import dev.steppe.optim.sharpness.AverageSharpness;
import dev.steppe.optim.sharpness.Sharpness;
import dev.steppe.optim.sharpness.SharpnessMeasure;
import dev.steppe.optim.sharpness.SharpnessMeasures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How flat a trained model lies: what {@code steppe flatness} finds.
 *
 * @param options what was looked at, and how closely
 * @param at loss and error at the weights, of the examples of curvature and sharpness
 * @param eigenvalues of the Hessian
 * @param trace of the Hessian
 * @param density of its spectrum
 * @param measures of sharpness
 * @param radii at which the next two were measured
 * @param ascent SAM's sharpness at each radius
 * @param average the mean rise on the sphere of each radius
 * @param line along a random direction, in units of the filters
 * @param steepest along the first eigenvector, in units of length
 * @param plane of two random directions, in units of the filters
 */
public record Flatness(Options options, LossSurface.Value at, Eigenpairs eigenvalues, TraceEstimate trace, SpectralDensity density,
        List<Sharpness> measures, double[] radii, List<Sharpness> ascent, List<Sharpness> average, Curve line, Curve steepest,
        Grid plane) {
    /** Eigenvalues from the upper end, and from the lower. */
    private static final int LARGEST = 5;
    private static final double[] FACTORS = {0.25, 0.5, 1, 2, 4, 8};
    /** Examples per group of m-sharpness: a batch of training as the papers have it. */
    private static final int GROUP = 128;
    /** The radius of adaptive measures beside the others: ASAM's default is ten times SAM's. */
    private static final double ADAPTIVE = 10;

    /**
     * What to look at.
     *
     * @param images of slices
     * @param examples of curvature and sharpness
     * @param batch examples in a pass
     * @param grid points along each side of the plane
     * @param line points along lines
     * @param reach of slices, in units of the filters
     * @param rho radius of sharpness
     * @param test whether on test images instead of those of training
     * @param mode of BatchNorm
     * @param seed of the choice of images, the directions and the probes
     */
    public record Options(int images, int examples, int batch, int grid, int line, double reach, double rho, boolean test,
            BatchNormMode mode, long seed) {
        /** As they stand in {@code flatness.json}. */
        public Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("images", images);
            map.put("examples", examples);
            map.put("batch", batch);
            map.put("grid", grid);
            map.put("line", line);
            map.put("reach", reach);
            map.put("rho", rho);
            map.put("data", test ? "test" : "training");
            map.put("batchNorm", mode.name());
            map.put("seed", seed);
            return map;
        }
    }

    /** Looks at a run; this takes minutes. */
    public static Flatness of(TrainedRun run, Options options, Kernels kernels, ProgressListener progress) throws IOException {
        RandomKey key = RandomKey.of(options.seed()).fold("flatness");
        Dataset data = options.test() ? run.data().test() : run.data().train();
        List<Batch> few = run.batches(data, options.examples(), options.batch(), key.fold("examples"));
        LossSurface surface = LossSurface.of(run.objective(), run.parameters(), few).kernels(kernels).mode(options.mode()).key(key)
                .listener(progress);
        LossSurface.Value at = surface.evaluate(run.parameters().point());
        Curvature curvature = Curvature.of(surface);
        Eigenpairs eigenvalues = curvature.eigenvalues(Lanczos.of(LARGEST, 1));
        TraceEstimate trace = curvature.trace();
        SpectralDensity density = curvature.density();
        int n = run.parameters().space().trainableSize();
        // A line for each of so many would hide the rest.
        LossSurface silent = surface.listener(ProgressListener.NONE);
        List<Sharpness> measures = new ArrayList<>();
        List<SharpnessMeasure> standard = SharpnessMeasures.standard(options.rho(), ADAPTIVE * options.rho(), n, GROUP);
        for (SharpnessMeasure measure : standard) {
            measures.add(measured(measure, silent));
            progress.progress("sharpness", measures.size(), standard.size());
        }
        double[] radii = Arrays.stream(FACTORS).map(f -> f * options.rho()).toArray();
        List<Sharpness> ascent = new ArrayList<>();
        List<Sharpness> average = new ArrayList<>();
        for (double rho : radii) {
            ascent.add(measured(AscentSharpness.of(rho), silent));
            average.add(measured(AverageSharpness.sphere(rho).pairs(2), silent));
            progress.progress("sharpness against radius", ascent.size(), radii.length);
        }
        Landscape landscape = landscape(run, options, kernels);
        Tensor u = Directions.random(run.parameters(), key.fold("u"), Scaling.filters());
        Tensor v = Directions.random(run.parameters(), key.fold("v"), Scaling.filters());
        Axis line = Axis.around(options.reach(), options.line());
        Eigenpair top = eigenvalues.top();
        return new Flatness(options, at, eigenvalues, trace, density, measures, radii, ascent, average,
                landscape.progress(told(progress, "random line")).line(run.parameters(), u, line),
                landscape.progress(told(progress, "along the first eigenvector")).line(run.parameters(), unit(kernels, top.vector()),
                        Axis.around(steepestReach(top.value()), options.line())),
                landscape.progress(told(progress, "plane")).plane(run.parameters(), u, v, Axis.around(options.reach(), options.grid()),
                        Axis.around(options.reach(), options.grid())));
    }

    /** What a measure finds; no number where the loss overflows on its way, as a large radius may make it. */
    private static Sharpness measured(SharpnessMeasure measure, LossSurface surface) {
        try {
            return measure.of(surface);
        } catch (NonFiniteException e) {
            return new Sharpness(measure.name(), measure.meaning(), Double.NaN, Double.NaN, measure.radius(), surface.loss(
                    surface.parameters().point()), 0, 0, surface.provenance("loss"));
        }
    }

    /** The loss of some images, to be sliced. */
    static Landscape landscape(TrainedRun run, Options options, Kernels kernels) throws IOException {
        RandomKey key = RandomKey.of(options.seed()).fold("flatness");
        Dataset data = options.test() ? run.data().test() : run.data().train();
        Landscape landscape = Landscape.of(new Evaluator(kernels, run.objective()),
                run.batches(data, options.images(), options.batch(), key.fold("images")));
        return options.mode() == BatchNormMode.TRAINING ? landscape.training(key) : landscape;
    }

    static Landscape.Progress told(ProgressListener listener, String task) {
        return (done, of) -> listener.progress(task, done, of);
    }

    /** How far to look along an eigenvector: until its parabola has risen by 2. */
    private static double steepestReach(double eigenvalue) {
        return eigenvalue > 0 ? Math.clamp(2 / Math.sqrt(eigenvalue), 1e-3, 10) : 1;
    }

    private static Tensor unit(Kernels kernels, Tensor vector) {
        Points points = new Points(kernels);
        Tensor unit = points.zeros(vector);
        points.scale(1 / points.norm(vector), vector, unit);
        return unit;
    }

    /** All numbers, for {@code flatness.json}. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("options", options.toMap());
        map.put("loss", at.loss());
        map.put("error", at.error());
        Map<String, Object> curvature = new LinkedHashMap<>();
        curvature.put("about", about());
        curvature.put("largest", eigenvalues.largest().stream().map(Flatness::eigenvalue).toList());
        curvature.put("smallest", eigenvalues.smallest().stream().map(Flatness::eigenvalue).toList());
        Map<String, Object> sum = new LinkedHashMap<>();
        sum.put("value", trace.value());
        sum.put("standardError", trace.standardError());
        sum.put("method", trace.method());
        sum.put("products", trace.products());
        curvature.put("trace", sum);
        Map<String, Object> spectrum = new LinkedHashMap<>();
        spectrum.put("nodes", List.of(density.nodes()));
        spectrum.put("weights", List.of(density.weights()));
        curvature.put("density", spectrum);
        map.put("curvature", curvature);
        map.put("sharpness", measures.stream().map(Flatness::measure).toList());
        map.put("radii", radii);
        map.put("ascent", ascent.stream().mapToDouble(Sharpness::value).toArray());
        map.put("average", average.stream().mapToDouble(Sharpness::value).toArray());
        map.put("line", curve(line));
        map.put("eigenvectorLine", curve(steepest));
        map.put("plane", grid(plane));
        return map;
    }

    static Map<String, Object> grid(Grid plane) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("x", plane.x());
        map.put("y", plane.y());
        map.put("losses", List.of(plane.losses()));
        return map;
    }

    private Map<String, Object> about() {
        var of = eigenvalues.provenance();
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("subject", of.subject());
        about.put("parameters", of.parameters());
        about.put("examples", of.examples());
        about.put("batches", of.batches());
        about.put("batchNorm", of.batchNorm().name());
        about.put("vectors", eigenvalues.vectors());
        about.put("products", eigenvalues.products() + trace.products() + density.products());
        return about;
    }

    private static Map<String, Object> eigenvalue(Eigenpair pair) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("value", pair.value());
        map.put("residual", pair.residual());
        return map;
    }

    private static Map<String, Object> measure(Sharpness s) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("measure", s.measure());
        map.put("meaning", s.meaning());
        map.put("value", s.value());
        if (Double.isInfinite(s.value())) {
            // JSON knows no such number: the value is null there.
            map.put("infinite", true);
        }
        map.put("standardError", s.standardError());
        map.put("radius", s.radius());
        return map;
    }

    private static Map<String, Object> curve(Curve curve) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("x", curve.x());
        map.put("losses", curve.losses());
        return map;
    }
}
