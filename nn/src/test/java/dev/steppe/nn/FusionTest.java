package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.Points;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A model of fused ops computes what it computes without them, by fewer ops. */
class FusionTest {
    private static final RandomKey KEY = RandomKey.of(7);
    private static final double TOLERANCE = 1e-11;

    private final Points points = new Points(Kernels.defaults());
    private final Batch batch = Batch.of(Run.normal(DType.F64, Shape.of(3, 8, 8, 3), 2), Tensor.of(Shape.of(3), 0, 2, 1));

    /** What one pass of a model gives. */
    private record Result(int ops, double loss, Tensor gradient, double[] statistics) {
    }

    static List<Named<Supplier<Layer>>> models() {
        return List.of(Named.of("basic blocks, padded shortcuts", () -> ResNet.cifar(8, 3)),
                Named.of("basic blocks, projections", () -> new ResNet(ResNet.Options.cifar(8, 3).shortcut(ResNet.Shortcut.PROJECTION))),
                Named.of("bottlenecks", () -> new ResNet(
                        new ResNet.Options(List.of(1, 1), true, 2, ResNet.Shortcut.PROJECTION, ResNet.Stem.CIFAR, 3, 3))),
                Named.of("pre-activation blocks", () -> new WideResNet(new WideResNet.Options(10, 1, 3, 3, 0.2))),
                Named.of("one after the other", () -> new Vgg(new Vgg.Options(List.of(1, 2), 3, 3, 3))),
                Named.of("pyramid blocks", () -> PyramidNet.of(8, 5, 3)),
                Named.of("a sequence", () -> new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4), Layers.relu(), new Conv2d(4, 3, 1),
                        new BatchNorm2d(3), Layers.globalAveragePool())));
    }

    @ParameterizedTest
    @MethodSource("models")
    void agreesWithTheUnfusedModel(Supplier<Layer> build) {
        Layer fused = build.get();
        Layer plain = Fusion.off(build);
        for (Pass.Mode mode : Pass.Mode.values()) {
            Result a = run(fused, mode);
            Result b = run(plain, mode);
            assertTrue(a.ops < b.ops, a.ops + " ops, without fusion " + b.ops);
            assertEquals(b.loss, a.loss, TOLERANCE * b.loss, mode + ": loss");
            double size = points.norm(b.gradient);
            assertTrue(size > 1e-3, "a gradient of norm " + size + " proves nothing");
            points.axpy(-1, a.gradient, b.gradient);
            assertTrue(points.norm(b.gradient) <= TOLERANCE * size, mode + ": relative difference " + points.norm(b.gradient) / size);
            assertArrayEquals(b.statistics, a.statistics, TOLERANCE, mode + ": statistics");
        }
        assertEquals(paths(plain), paths(fused));
    }

    /** A forward alone normalises while it convolves, which changes no bit. */
    @ParameterizedTest
    @MethodSource("models")
    void aForwardAloneGivesTheBitsOfARecordedOne(Supplier<Layer> build) {
        Layer model = build.get();
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            Batch typed = Batch.of(batch.inputs().to(dtype), batch.targets());
            for (Kernels.Mode plans : Kernels.Mode.values()) {
                Evaluator evaluator = new Evaluator(Kernels.defaults().with(plans), Objective.of(model, Losses::crossEntropy));
                Parameters start = model.initialPoint(1, dtype);
                Parameters at = new Parameters(start.space(), start.point(), start.buffers().updated(
                        evaluator.losses(typed, start, Pass.Mode.TRAINING, KEY).collected()));
                Tensor gradient = points.zeros(at.point());
                assertArrayEquals(evaluator.gradient(typed, at, Pass.Mode.EVALUATION, KEY, gradient).losses(),
                        evaluator.losses(typed, at, Pass.Mode.EVALUATION, KEY).losses(), dtype + ", " + plans);
            }
        }
    }

    private Result run(Layer model, Pass.Mode mode) {
        Parameters at = model.initialPoint(1, DType.F64);
        Objective objective = Objective.of(model, Losses::crossEntropy);
        Tensor gradient = points.zeros(at.point());
        Evaluator.Result result = new Evaluator(Kernels.defaults(), objective).gradient(batch, at, mode, KEY, gradient);
        List<Double> statistics = new ArrayList<>();
        for (Buffers.Entry e : at.buffers().updated(result.collected()).entries()) {
            statistics.add((double) e.batches());
            DoubleStream.concat(Arrays.stream(e.mean().toDoubles()), Arrays.stream(e.variance().toDoubles())).forEach(statistics::add);
        }
        try (Tape tape = Tape.on(Kernels.defaults())) {
            objective.losses(batch, new Pass(tape, at, mode, KEY));
            return new Result(tape.size(), result.loss(), gradient, statistics.stream().mapToDouble(d -> d).toArray());
        }
    }

    /** What the summary lists; a fused layer is told of after what it adds. */
    private static List<String> paths(Layer model) {
        return Summary.of(model, Shape.of(8, 8, 3)).rows().stream().map(r -> r.path() + " " + r.output()).sorted().toList();
    }
}
