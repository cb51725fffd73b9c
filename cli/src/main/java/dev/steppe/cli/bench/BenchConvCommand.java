package dev.steppe.cli.bench;

import dev.steppe.cli.option.Rules;
import dev.steppe.cli.report.Pictures;
import dev.steppe.cli.report.RooflinePicture;
import dev.steppe.core.Shape;
import dev.steppe.kernels.ConvKernel;
import dev.steppe.kernels.ConvShape;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.MachinePeak;
import dev.steppe.kernels.Span;
import dev.steppe.nn.Conv2d;
import dev.steppe.nn.Layer;
import dev.steppe.nn.Models;
import dev.steppe.nn.Summary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code steppe bench conv}: the convolutions of a model. */
@Command(
        name = "conv",
        sortOptions = false,
        showDefaultValues = true,
        descriptionHeading = "%n",
        description = {
            "Times every distinct convolution of a model for images of 32x32x3.", "",
            "Each of its three passes, with exact and with fast plans: medians after a warm-up in milliseconds, GFLOP/s as if each were",
            "computed by its definition, and the share of the multiply-adds that this machine does from registers, measured just before.",
            "The plan is that of fast; where exact has the same, it is timed once.",
            ""})
final class BenchConvCommand extends Measurement {
    private static final Shape IMAGE = Shape.of(32, 32, 3);
    private static final int CLASSES = 10;

    @Option(names = "--model", paramLabel = "NAME", defaultValue = "resnet18", description = "As for train.")
    private String model;
    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Images.")
    private int batch;
    @Option(names = "--runs", paramLabel = "N", defaultValue = "15", description = "How many runs are timed.")
    private int runs;
    @Option(
            names = "--picture",
            paramLabel = "FILE",
            description = "Also draws them under the machine's roofs of computing and memory (PNG).")
    private Path picture;

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
        Rules.require(batch >= 1, "--batch", batch, "at least 1");
        Rules.require(runs >= 1, "--runs", runs, "at least 1");
        Rules.requireModel(model);
    }

    @Override
    void measure(Kernels kernels) throws IOException {
        List<Timed> all = new ArrayList<>();
        for (ConvShape shape : shapes()) {
            double peak = MachinePeak.multiplyAdds(kernels);
            for (Pass pass : Pass.values()) {
                Timed timed = time(shape, pass, kernels);
                print(row(timed, peak, kernels));
                all.add(timed);
            }
        }
        if (picture != null) {
            draw(all, kernels);
        }
    }

    /** What one pass of one layer took, in milliseconds. */
    private record Timed(ConvShape shape, Pass pass, double exact, double fast) {
        double flops() {
            return 2.0 * shape.n() * shape.oh() * shape.ow() * shape.k() * shape.r() * shape.s() * (shape.c() / shape.groups());
        }

        double gflops(double ms) {
            return flops() / ms * 1e-6;
        }

        double flopsPerByte() {
            double floats = (double) shape.n() * shape.h() * shape.w() * shape.c()
                    + (double) shape.n() * shape.oh() * shape.ow() * shape.k()
                    + (double) shape.r() * shape.s() * (shape.c() / shape.groups()) * shape.k();
            return flops() / (Float.BYTES * floats);
        }
    }

    private void draw(List<Timed> all, Kernels kernels) throws IOException {
        double[] intensity = all.stream().mapToDouble(Timed::flopsPerByte).toArray();
        List<RooflinePicture.Work> works = List.of(
                new RooflinePicture.Work("exact plans", intensity, all.stream().mapToDouble(t -> t.gflops(t.exact())).toArray()),
                new RooflinePicture.Work("fast plans", intensity, all.stream().mapToDouble(t -> t.gflops(t.fast())).toArray()));
        String title = "Convolutions of " + model + ", batch " + batch + ", " + kernels.workers().threads() + " threads";
        Pictures.write(new RooflinePicture(MachinePeak.measure(kernels), works).draw(title), picture);
    }

    private List<ConvShape> shapes() {
        Layer layers = Models.named(model, IMAGE.dim(2), CLASSES);
        Map<String, Layer> tree = layers.tree();
        return Summary.of(layers, IMAGE).rows().stream().filter(row -> tree.get(row.path()) instanceof Conv2d)
                .map(row -> ((Conv2d) tree.get(row.path()))
                        .sizes(Shape.of(batch, row.input().dim(1), row.input().dim(2), row.input().dim(3))))
                .distinct().toList();
    }

    private Timed time(ConvShape s, Pass pass, Kernels kernels) {
        Kernels fast = kernels.with(Kernels.Mode.FAST);
        Kernels exact = kernels.with(Kernels.Mode.EXACT);
        double milliseconds = milliseconds(s, pass, exact);
        return new Timed(s, pass, milliseconds,
                fast.conv().plan(s).equals(exact.conv().plan(s)) ? milliseconds : milliseconds(s, pass, fast));
    }

    private static Map<String, Object> row(Timed timed, double peak, Kernels kernels) {
        ConvShape s = timed.shape();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("inChannels", s.c());
        row.put("outChannels", s.k());
        row.put("size", s.h());
        row.put("filter", s.r());
        row.put("stride", s.stride());
        row.put("pass", timed.pass().title);
        row.put("threads", kernels.workers().threads());
        row.put("plan", kernels.with(Kernels.Mode.FAST).conv().plan(s));
        row.put("exactMs", timed.exact());
        row.put("fastMs", timed.fast());
        row.put("exactGflops", timed.gflops(timed.exact()));
        row.put("fastGflops", timed.gflops(timed.fast()));
        row.put("exactShare", timed.gflops(timed.exact()) / peak);
        row.put("fastShare", timed.gflops(timed.fast()) / peak);
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
