package dev.steppe.cli;

import dev.steppe.cli.option.DataSource;
import dev.steppe.cli.option.Method;
import dev.steppe.cli.option.OutOfMemoryException;
import dev.steppe.cli.option.Rules;
import dev.steppe.cli.option.StepOptions;
import dev.steppe.cli.option.TrainOptions;
import dev.steppe.cli.option.WrongOptionException;
import dev.steppe.cli.run.TrainRun;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code steppe train}: what the options mean; {@link TrainRun} does the work. */
@Command(
        name = "train",
        description = {
            "Trains a model and keeps the run in a folder. Without options: a small ResNet with SAM on the embedded sample.",
            ""},
        sortOptions = false,
        showDefaultValues = true,
        descriptionHeading = "%n",
        optionListHeading = "Options:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./steppe train", "  ./steppe train --optimizer sgd --seed 2",
            "  ./steppe train --data fashion-mnist --model resnet20 --epochs 10",
            "  ./steppe train --data cifar10 --data-dir ~/cifar-10-batches-bin --model resnet18 --optimizer asam:rho=0.5 --epochs 30",
            "  ./steppe train --resume runs/resnet8-sam-1"})
final class TrainCommand implements Callable<Integer> {
    private static final Path RUNS = Path.of("runs");

    @ParentCommand
    private Main main;
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "NAME",
            defaultValue = "fashion-mnist-sample",
            description = "fashion-mnist-sample (embedded), fashion-mnist, cifar10 or cifar100 (binary version), or folder (one folder per class, PNG or JPEG).")
    private String data;
    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the data are; fashion-mnist is also found where Debian's package dataset-fashion-mnist puts it.")
    private Path dataDir;
    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = "resnet8",
            description = "resnet8|14|20|32|44|56|110, resnet18|34|50|101|152 (followed by -imagenet for large images), vgg11|13|16|19-bn, wrn28-10, pyramidnet110-270, vit128-6 and others of these kinds.")
    private String model;
    @Option(
            names = "--optimizer",
            paramLabel = "NAME[:k=v,..]",
            defaultValue = "sam:rho=0.05",
            description = "A variant over the base optimizer, or a base optimizer alone; `steppe optimizers` lists all.")
    private String optimizer;
    @Option(
            names = "--base",
            paramLabel = "NAME[:k=v,..]",
            defaultValue = Method.DEFAULT_BASE,
            description = "Base optimizer of a variant.")
    private String base;
    @Option(names = "--epochs", paramLabel = "N", defaultValue = "8", description = "How often the training set is gone through.")
    private int epochs;
    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Images per step.")
    private int batch;
    @Option(
            names = "--micro-batch",
            paramLabel = "N",
            defaultValue = "0",
            description = "At most so many images of a step go through the model at once, and gradients are added up: less memory; BatchNorm sees the parts. 0: all.")
    private int microBatch;
    @Option(
            names = "--shard",
            paramLabel = "N",
            defaultValue = "0",
            description = "m-sharpness: every so many images of a step get a perturbation of their own. 0: all share one.")
    private int shard;
    @Option(
            names = "--clip-norm",
            paramLabel = "X",
            defaultValue = "Infinity",
            description = "Longest gradient that the base optimizer gets; longer ones are shortened.")
    private double clipNorm;
    @Option(names = "--lr", paramLabel = "X", description = "Highest learning rate. Default: that of the base optimizer.")
    private Double learningRate;
    @Option(
            names = "--schedule",
            paramLabel = "NAME[:k=v,..]",
            defaultValue = "onecycle",
            description = "Of the learning rate: constant, step, cosine or onecycle.")
    private String schedule;
    @Option(
            names = "--label-smoothing",
            paramLabel = "X",
            defaultValue = "0",
            description = "Weight that the target class gives to all classes, in [0, 1).")
    private double labelSmoothing;
    @Option(
            names = "--label-noise",
            paramLabel = "X",
            defaultValue = "0",
            description = "Share of training labels that are replaced by another class, from 0 to 1; by chance, the same ones for the same seed.")
    private double labelNoise;
    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of the initial weights, the order and the augmentation of the images, and the noise of labels.")
    private long seed;
    @Option(
            names = "--plans",
            paramLabel = "MODE",
            defaultValue = "fast",
            description = "fast, or exact: without Winograd convolutions, which cost about a decimal digit of F32.")
    private String plans;
    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that compute; the result does not depend on it. Default: one per processor.")
    private Integer threads;
    @Option(names = "--out", paramLabel = "DIR", description = "Folder of the run, new or empty. Default: a new one in runs.")
    private Path out;
    @Option(
            names = "--report",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Writes report.html at the end; --no-report: not.")
    private boolean report;
    @Option(names = "--tensorboard", description = "Also writes event files for TensorBoard, into the folder tensorboard of the run.")
    private boolean tensorBoard;
    @Option(
            names = "--keep-epochs",
            description = "Also keeps the weights of the start and after each epoch, in the folder epochs of the run, for steppe flatness --trajectory.")
    private boolean keepEpochs;
    @Option(names = "--resume", paramLabel = "DIR", description = "Goes on with the run in this folder, bit for bit.")
    private Path resume;

    @Override
    public Integer call() throws IOException {
        TrainOptions options = resume == null ? options(null) : resumed();
        TrainRun.Extras extras = new TrainRun.Extras(report, tensorBoard, keepEpochs);
        if (resume != null) { return run(options, resume, extras.orAsIn(resume)); }
        Path folder = newFolder(options);
        try {
            return run(options, folder, extras);
        } finally {
            if (out == null) {
                removeIfEmpty(folder);
                removeIfEmpty(RUNS);
            }
        }
    }

    private int run(TrainOptions options, Path folder, TrainRun.Extras extras) throws IOException {
        try {
            return new TrainRun(options, folder, resume != null, extras, main.out()).run();
        } catch (OutOfMemoryError e) {
            throw new OutOfMemoryException();
        }
    }

    /** The options of the run to go on with. Options that are given beside {@code --resume} must say what the run's own say. */
    private TrainOptions resumed() throws IOException {
        if (isGiven("--out")) {
            throw new WrongOptionException("--out " + out + " and --resume " + resume + " exclude each other: a run stays in its folder");
        }
        TrainOptions then = TrainOptions.in(resume);
        TrainOptions now = options(then);
        now.toArguments().forEach((option, value) -> {
            String before = then.toArguments().get(option);
            if (!value.equals(before) && !option.equals("--threads")) {
                throw new WrongOptionException(
                        option + " is " + value + ", but the run in " + resume + " has " + (before == null ? "none" : before));
            }
        });
        return now;
    }

    /** @param then what holds where no option is given; null for the defaults */
    private TrainOptions options(TrainOptions then) {
        boolean fresh = then == null;
        DataSource source = fresh || isGiven("--data") ? DataSource.parse(data) : then.data();
        Path dir = fresh || isGiven("--data-dir") ? dataDir == null ? null : dataDir.toAbsolutePath().normalize() : then.dataDir();
        String name = fresh || isGiven("--model") ? model : then.model();
        int n = threads != null ? threads : fresh ? Runtime.getRuntime().availableProcessors() : then.threads();
        int times = fresh || isGiven("--epochs") ? epochs : then.epochs();
        int images = fresh || isGiven("--batch") ? batch : then.batch();
        Rules.require(learningRate == null || learningRate > 0 && Double.isFinite(learningRate), "--lr", learningRate, "a positive number");
        double smoothing = fresh || isGiven("--label-smoothing") ? labelSmoothing : then.labelSmoothing();
        double noise = fresh || isGiven("--label-noise") ? labelNoise : then.labelNoise();
        StepOptions before = fresh ? StepOptions.PLAIN : then.steps();
        StepOptions steps = new StepOptions(isGiven("--clip-norm") ? clipNorm : before.clipNorm(),
                isGiven("--micro-batch") ? microBatch : before.microBatch(), isGiven("--shard") ? shard : before.shard());
        return new TrainOptions(source, dir, name, method(then), times, images, steps,
                fresh || isGiven("--schedule") ? Rules.schedule(schedule) : then.schedule(), smoothing, noise,
                fresh || isGiven("--seed") ? seed : then.seed(), fresh || isGiven("--plans") ? Rules.plans(plans) : then.plans(), n);
    }

    private Method method(TrainOptions then) {
        String chosen = then == null || isGiven("--optimizer") ? optimizer : then.method().optimizer();
        String otherwise = then == null || then.method().base() == null ? Method.DEFAULT_BASE : then.method().base();
        return Method.of(chosen, isGiven("--base") ? base : null, otherwise, learningRate);
    }

    private Path newFolder(TrainOptions options) throws IOException {
        if (out != null) {
            Rules.requireFolder("--out", out);
            if (Files.exists(out) && !Files.isDirectory(out)) {
                throw new WrongOptionException("--out " + out + " is not a folder");
            }
            if (Files.isDirectory(out)) {
                try (Stream<Path> files = Files.list(out)) {
                    if (files.findAny().isPresent()) {
                        throw new WrongOptionException(
                                "--out " + out + " is not empty; take another folder, or go on with the run there: --resume "
                                        + TrainOptions.quoted(out.toString()));
                    }
                }
            }
            return out;
        }
        String name = options.model() + "-" + options.method().name() + "-"
                + DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now());
        return claim(RUNS, name);
    }

    /** A new folder, made at once, so that no other run that begins now gets the same. */
    static Path claim(Path parent, String name) throws IOException {
        Files.createDirectories(parent);
        Path folder = parent.resolve(name);
        for (int i = 2;; i++) {
            try {
                return Files.createDirectory(folder);
            } catch (FileAlreadyExistsException e) {
                folder = parent.resolve(name + "-" + i);
            }
        }
    }

    private static void removeIfEmpty(Path folder) throws IOException {
        try {
            Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException e) {
            // There are runs.
        }
    }

    private boolean isGiven(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }
}
