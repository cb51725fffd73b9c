package dev.steppe.cli;

import dev.steppe.core.Shape;
import dev.steppe.kernels.ConvKernel;
import dev.steppe.kernels.ConvShape;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Span;
import dev.steppe.nn.Conv2d;
import dev.steppe.nn.Layer;
import dev.steppe.nn.Models;
import dev.steppe.nn.Summary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code steppe bench conv}: the convolutions of a model. */
@Command(name = "conv", sortOptions = false, showDefaultValues = true, descriptionHeading = "%n", description = {
    "Times every distinct convolution of a model for images of 32x32x3, each of its three passes, with exact and with fast plans:",
    "medians after a warm-up in milliseconds, and GFLOP/s as if each were computed by its definition.", ""})
final class BenchConvCommand extends Measurement {
    private static final Shape IMAGE = Shape.of(32, 32, 3);
    private static final int CLASSES = 10;

    @Option(names = "--model", paramLabel = "NAME", defaultValue = "resnet18", description = "As for train.")
    private String model;
    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Images.")
    private int batch;
    @Option(names = "--runs", paramLabel = "N", defaultValue = "15", description = "How many runs are timed.")
    private int runs;

    /** The three passes. */
    private enum Pass {
        FORWARD("forward"), INPUT("backwardInput"), FILTER("backwardFilter");

        private final String title;

        Pass(String title) {
            this.title = title;
        }
    }

    @Override
    void check() {
        TrainCommand.require(batch >= 1, "--batch", batch, "at least 1");
        TrainCommand.require(runs >= 1, "--runs", runs, "at least 1");
        TrainCommand.requireModel(model);
    }

    @Override
    void measure(Kernels kernels) {
        for (ConvShape shape : shapes()) {
            for (Pass pass : Pass.values()) {
                print(time(shape, pass, kernels));
            }
        }
    }

    private List<ConvShape> shapes() {
        Layer layers = Models.named(model, IMAGE.dim(2), CLASSES);
        Map<String, Layer> tree = layers.tree();
        return Summary.of(layers, IMAGE).rows().stream().filter(row -> tree.get(row.path()) instanceof Conv2d)
                .map(row -> ((Conv2d) tree.get(row.path()))
                        .sizes(Shape.of(batch, row.input().dim(1), row.input().dim(2), row.input().dim(3))))
                .distinct().toList();
    }

    private Map<String, Object> time(ConvShape s, Pass pass, Kernels kernels) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("inChannels", s.c());
        row.put("outChannels", s.k());
        row.put("size", s.h());
        row.put("filter", s.r());
        row.put("stride", s.stride());
        row.put("pass", pass.title);
        row.put("threads", kernels.workers().threads());
        double exact = milliseconds(s, pass, kernels.with(Kernels.Mode.EXACT));
        double fast = milliseconds(s, pass, kernels.with(Kernels.Mode.FAST));
        double flops = 2.0 * s.n() * s.oh() * s.ow() * s.k() * s.r() * s.s() * (s.c() / s.groups());
        row.put("exactMs", Timing.round(exact, 3));
        row.put("fastMs", Timing.round(fast, 3));
        row.put("exactGflops", Timing.round(flops / exact * 1e-6, 1));
        row.put("fastGflops", Timing.round(flops / fast * 1e-6, 1));
        return row;
    }

    private double milliseconds(ConvShape s, Pass pass, Kernels kernels) {
        Span x = numbers("x", (long) s.n() * s.h() * s.w() * s.c());
        Span filter = numbers("filter", (long) s.r() * s.s() * (s.c() / s.groups()) * s.k());
        Span y = numbers("y", (long) s.n() * s.oh() * s.ow() * s.k());
        ConvKernel conv = kernels.conv();
        return 1e3 * Timing.medianSeconds(() -> {
            switch (pass) {
                case FORWARD -> conv.forward(s, x, filter, y);
                case INPUT -> conv.backwardInput(s, y, filter, x);
                case FILTER -> conv.backwardFilter(s, x, y, filter);
            }
        }, runs);
    }
}
