package dev.steppe.cli.option;

import dev.steppe.core.FormatException;
import dev.steppe.kernels.Kernels;
import dev.steppe.train.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * All that decides what a run computes, and the number of threads, which does not.
 *
 * @param dataDir null if the data need none
 * @param steps how a step is taken, whatever the optimizer
 * @param labelNoise share of wrong labels in the training set
 * @param plans which algorithms the kernels may choose
 */
public record TrainOptions(DataSource data, Path dataDir, String model, Method method, int epochs, int batch, StepOptions steps,
        String schedule, double labelSmoothing, double labelNoise, long seed, Kernels.Mode plans, int threads) {
    /** The file of a run's folder that says how it was made. */
    public static final String CONFIGURATION = "config.json";
    /** Its key for the options. */
    public static final String OPTIONS = "options";

    /** @throws WrongOptionException if a value is not what its option may be */
    public TrainOptions {
        data.requireFolder(dataDir);
        Rules.requireModel(model);
        Rules.requireThreads(threads);
        Rules.require(epochs >= 1, "--epochs", epochs, "at least 1");
        Rules.require(batch >= 1, "--batch", batch, "at least 1");
        Rules.require(labelSmoothing >= 0 && labelSmoothing < 1, "--label-smoothing", labelSmoothing, "in [0, 1)");
        Rules.require(labelNoise >= 0 && labelNoise <= 1, "--label-noise", labelNoise, "from 0 to 1");
        Rules.schedule(schedule);
        method.recipe();
    }

    /** The same with another optimizer. */
    public TrainOptions method(Method method) {
        return new TrainOptions(data, dataDir, model, method, epochs, batch, steps, schedule, labelSmoothing, labelNoise, seed, plans,
                threads);
    }

    /** The options with their values, as one writes them; complete, so that other defaults of a later version change nothing. */
    public Map<String, String> toArguments() {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("--data", data.text());
        if (dataDir != null) {
            arguments.put("--data-dir", dataDir.toString());
        }
        arguments.put("--model", model);
        arguments.put("--optimizer", method.optimizer());
        if (method.base() != null) {
            arguments.put("--base", method.base());
        }
        arguments.put("--epochs", String.valueOf(epochs));
        arguments.put("--batch", String.valueOf(batch));
        steps.addTo(arguments);
        arguments.put("--schedule", schedule);
        arguments.put("--label-smoothing", String.valueOf(labelSmoothing));
        arguments.put("--label-noise", String.valueOf(labelNoise));
        arguments.put("--seed", String.valueOf(seed));
        arguments.put("--plans", plans.name().toLowerCase(Locale.ROOT));
        arguments.put("--threads", String.valueOf(threads));
        return arguments;
    }

    /** Whether a run with other options computes the same: all but the number of threads are equal. */
    public boolean computesLike(TrainOptions other) {
        Map<String, String> mine = toArguments();
        mine.put("--threads", String.valueOf(other.threads));
        return mine.equals(other.toArguments());
    }

    /** The command that repeats the run. */
    public String command() {
        List<String> words = new ArrayList<>(List.of("./steppe", "train"));
        toArguments().forEach((option, value) -> {
            words.add(option);
            words.add(quoted(value));
        });
        return String.join(" ", words);
    }

    /** A word as a shell reads it. */
    public static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./:=,+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** The options as keys of {@code config.json}. */
    public Map<String, Object> toConfiguration() {
        return toArguments().entrySet().stream()
                .collect(Collectors.toMap(e -> e.getKey().substring(2), Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
    }

    /**
     * The options of the run in a folder.
     *
     * @throws FormatException if its {@code config.json} is none
     * @throws WrongOptionException if there is no run
     */
    public static TrainOptions in(Path folder) throws IOException {
        String file = folder.resolve(CONFIGURATION).toString();
        if (!(configuration(folder).get(OPTIONS) instanceof Map<?, ?> saved)) {
            throw new FormatException(file, -1, "has no '" + OPTIONS + "'");
        }
        Map<String, Object> keys = new LinkedHashMap<>();
        saved.forEach((key, value) -> keys.put((String) key, value));
        return of(keys, file);
    }

    /**
     * All that is written of the run in a folder.
     *
     * @throws FormatException if its {@code config.json} is none
     * @throws WrongOptionException if there is no run
     */
    public static Map<String, Object> configuration(Path folder) throws IOException {
        Path file = folder.resolve(CONFIGURATION);
        if (!Files.isRegularFile(file)) {
            throw new WrongOptionException(folder + ": there is no run, " + CONFIGURATION + " is missing");
        }
        return Json.read(file);
    }

    /**
     * Reads what {@link #toConfiguration} wrote.
     *
     * @param source the file, as the user would name it
     */
    static TrainOptions of(Map<String, Object> configuration, String source) throws FormatException {
        try {
            Object dir = configuration.get("data-dir");
            return new TrainOptions(DataSource.parse(text(configuration, "data")), dir == null ? null : Path.of((String) dir),
                    text(configuration, "model"),
                    new Method(text(configuration, "optimizer"), (String) configuration.get("base")),
                    Integer.parseInt(text(configuration, "epochs")),
                    Integer.parseInt(text(configuration, "batch")), StepOptions.of(configuration), text(configuration, "schedule"),
                    Double.parseDouble(text(configuration, "label-smoothing")),
                    configuration.containsKey("label-noise") ? Double.parseDouble(text(configuration, "label-noise")) : 0,
                    Long.parseLong(text(configuration, "seed")),
                    Kernels.Mode.valueOf(text(configuration, "plans").toUpperCase(Locale.ROOT)),
                    Integer.parseInt(text(configuration, "threads")));
        } catch (ClassCastException | IllegalArgumentException | WrongOptionException e) {
            throw new FormatException(source, -1, "is no configuration of a run: " + e.getMessage(), e);
        }
    }

    private static String text(Map<String, Object> configuration, String key) {
        if (configuration.get(key) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("'" + key + "' is " + configuration.get(key));
    }
}
