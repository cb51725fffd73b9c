package dev.steppe.cli.run;

import dev.steppe.cli.option.Rules;
import dev.steppe.cli.option.WrongOptionException;
import dev.steppe.cli.report.ContourPicture;
import dev.steppe.core.FormatException;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.nn.ModelFile;
import dev.steppe.optim.curvature.ProgressListener;
import dev.steppe.optim.landscape.Axis;
import dev.steppe.optim.landscape.Grid;
import dev.steppe.optim.landscape.Trajectory;
import dev.steppe.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The way that training took, epoch by epoch, on the plane that shows most of it: {@code steppe flatness RUN --trajectory}.
 *
 * @param epochs whose weights were kept; 0 is the start
 * @param path in its plane
 * @param plane the loss there, with the statistics of each batch: the running ones of the end mean nothing where training began
 */
public record TrainingPath(List<Integer> epochs, Trajectory path, Grid plane) {
    private static final int LEAST = 3;
    /** What is shown beyond the path, in parts of its extent. */
    private static final double MARGIN = 0.2;

    /**
     * The weights that a run kept.
     *
     * @throws WrongOptionException if these are too few for a plane
     */
    public static SortedMap<Integer, Path> files(TrainedRun run) throws IOException {
        Path folder = run.folder().resolve(Trainer.EPOCHS);
        SortedMap<Integer, Path> files = new TreeMap<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> all = Files.list(folder)) {
                all.filter(file -> file.getFileName().toString().matches("\\d{1,9}\\.safetensors"))
                        .forEach(file -> files.put(Integer.parseInt(file.getFileName().toString().split("\\.")[0]), file));
            }
        }
        Rules.require(files.size() >= LEAST, "--trajectory for a run that kept the weights of epochs", files.size(),
                "at least " + LEAST + "; train with --keep-epochs");
        return files;
    }

    /**
     * Finds the plane and evaluates it.
     *
     * @throws FormatException if the weights that were kept span no plane
     */
    public static TrainingPath of(TrainedRun run, Flatness.Options options, Kernels kernels, ProgressListener progress) throws IOException {
        SortedMap<Integer, Path> files = files(run);
        List<Tensor> moments = new ArrayList<>();
        for (Path file : files.values()) {
            moments.add(ModelFile.read(file).parameters(run.model(), DType.F32).point());
        }
        Trajectory path = trajectory(run, kernels, moments);
        Grid plane = Flatness.landscape(run, options, kernels).training(RandomKey.of(options.seed()))
                .progress(Flatness.told(progress, "plane of the path"))
                .plane(run.parameters(), path.first(), path.second(), axis(path.x(), options.grid()), axis(path.y(), options.grid()));
        return new TrainingPath(List.copyOf(files.keySet()), path, plane);
    }

    private static Trajectory trajectory(TrainedRun run, Kernels kernels, List<Tensor> moments) throws FormatException {
        try {
            return Trajectory.of(kernels, run.parameters(), moments);
        } catch (IllegalArgumentException e) {
            throw new FormatException(run.folder().resolve(Trainer.EPOCHS).toString(), -1, e.getMessage(), e);
        }
    }

    private static Axis axis(double[] coordinates, int steps) {
        double low = Arrays.stream(coordinates).min().orElse(0);
        double high = Arrays.stream(coordinates).max().orElse(0);
        double margin = MARGIN * (high - low);
        return new Axis(low - margin, high + margin, steps);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("epochs", epochs);
        map.put("x", path.x());
        map.put("y", path.y());
        map.put("explained", path.explained());
        map.put("plane", Flatness.grid(plane));
        return map;
    }

    ContourPicture picture() {
        return new ContourPicture("The way of training", label("first", 0), label("second", 1), "loss", plane.x(), plane.y(),
                plane.losses(),
                List.of(new ContourPicture.Path("epochs " + epochs.getFirst() + " to " + epochs.getLast(), path.x(), path.y())));
    }

    private String label(String which, int component) {
        return String.format(Locale.ROOT, "%s principal direction (%.0f %% of the variance)", which, 100 * path.explained()[component]);
    }
}
