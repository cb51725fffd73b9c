package dev.steppe.cli.run;

import dev.steppe.cli.option.WrongOptionException;
import dev.steppe.cli.report.Pictures;
import dev.steppe.cli.report.XyPlot;
import dev.steppe.core.RandomKey;
import dev.steppe.kernels.Kernels;
import dev.steppe.optim.curvature.ProgressListener;
import dev.steppe.optim.landscape.Axis;
import dev.steppe.optim.landscape.Curve;
import dev.steppe.optim.landscape.Landscape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The straight way from the minimum of a run to that of another: {@code steppe flatness RUN --to OTHER}.
 *
 * @param other the folder of the other run
 * @param mixed losses with running statistics that are mixed as the weights are
 * @param measured losses with running statistics that are measured anew at each point, on images of the training set
 */
public record BetweenMinima(Path other, Curve mixed, Curve measured) {
    /** @throws WrongOptionException if the runs are not of one model */
    public static void requireAlike(TrainedRun run, TrainedRun other) {
        boolean alike = run.card().model().equals(other.card().model()) && run.card().channels() == other.card().channels()
                && run.card().classes().equals(other.card().classes());
        if (!alike) {
            throw new WrongOptionException("--to " + other.folder() + " is a run of " + other.card().model() + " with "
                    + other.card().classes().size() + " classes, but " + run.folder() + " is one of " + run.card().model() + " with "
                    + run.card().classes().size() + "; both must be of one model and the same classes");
        }
    }

    /** Goes there, on the images of the landscapes. */
    public static BetweenMinima of(TrainedRun run, TrainedRun other, Flatness.Options options, Kernels kernels, ProgressListener progress)
            throws IOException {
        Landscape landscape = Flatness.landscape(run, options, kernels);
        Axis axis = new Axis(0, 1, options.line());
        Landscape measured = landscape.recalibrated(
                run.batches(run.data().train(), options.images(), options.batch(), RandomKey.of(options.seed()).fold("statistics")));
        return new BetweenMinima(other.folder(),
                landscape.progress(Flatness.told(progress, "to the other minimum")).between(run.parameters(), other.parameters(), axis),
                measured.progress(Flatness.told(progress, "the same, statistics measured anew")).between(run.parameters(),
                        other.parameters(), axis));
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("to", other.toString());
        map.put("x", mixed.x());
        map.put("losses", mixed.losses());
        map.put("lossesRecalibrated", measured.losses());
        return map;
    }

    XyPlot picture() {
        return new XyPlot("From this minimum to the other", "share of the way", "loss (nats)", XyPlot.Axes.LINEAR, false,
                List.of(XyPlot.Line.of("statistics mixed", Pictures.BLUE, mixed.x(), mixed.losses()),
                        new XyPlot.Line("measured", Pictures.RED, true, measured.x(), measured.losses())));
    }
}
