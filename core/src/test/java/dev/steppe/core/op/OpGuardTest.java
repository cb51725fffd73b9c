package dev.steppe.core.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.NonFiniteException;
import dev.steppe.core.Op;
import dev.steppe.core.Tape;
import dev.steppe.core.Tensor;
import dev.steppe.core.op.OpCase.Sample;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A guarded tape names the op, the direction and the step of the first number that is not finite, for every op. */
class OpGuardTest {
    private static final Kernels KERNELS = Kernels.on(Workers.of(1));
    /** Their values are finite whatever their operand is, and nothing flows back. */
    private static final Set<String> ALWAYS_FINITE = Set.of("Step", "Within", "Greater", "OneHot");
    /** Nothing flows back to the operand. */
    private static final Set<String> NO_BACKWARD = Set.of("Sign", "Step", "Within", "Greater", "OneHot");

    private static final Set<String> FINITE_AT_INFINITY = Set.of("Sigmoid", "Tanh", "Erf", "Sign", "Clamp", "Pow");

    private static Stream<DynamicTest> each(Predicate<OpCase> which, Consumer<Sample> check) {
        return OpCases.ops().stream().filter(which).map(c -> DynamicTest.dynamicTest(c.name(), () -> {
            int checked = 0;
            for (int seed = 0; checked < 5; seed++) {
                Sample s = c.samples().apply(new Draw(seed));
                if (isSeen(s)) {
                    check.accept(s);
                    checked++;
                }
            }
        }));
    }

    /** Whether a number goes in that comes out: it is not masked by a relu or a dropout, and there is one. */
    private static boolean isSeen(Sample s) {
        boolean masks = s.op() instanceof BatchNormBackward b && b.relu() || s.op() instanceof BatchNormDoubleBackward d && d.relu()
                || s.op() instanceof BatchNormInference i && i.relu() || s.op() instanceof ConvBatchNorm n && n.relu()
                || s.op() instanceof ConvBatchNormInference o && o.relu()
                || s.op() instanceof ConvBatchNormBackward c && c.relu();
        return !masks && Arrays.stream(s.inputs()).allMatch(t -> t.size() > 0)
                && Arrays.stream(s.f().apply(s.inputs())[s.op() instanceof ConvBatchNorm ? 1 : 0].toDoubles()).anyMatch(y -> y != 0);
    }

    @TestFactory
    Stream<DynamicTest> forward() {
        return each(c -> !ALWAYS_FINITE.contains(c.name()) && !c.name().equals("Reshape"), s -> {
            for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
                if (bad > 0 && FINITE_AT_INFINITY.contains(s.op().getClass().getSimpleName())) {
                    continue;
                }
                Tensor[] in = s.inputs().clone();
                in[0] = Tensor.full(DType.F64, in[0].shape(), bad);
                try (Tape tape = Tape.guarded(KERNELS, "step 12")) {
                    Tensor[] xs = Arrays.stream(in).map(tape::watch).toArray(Tensor[]::new);
                    NonFiniteException e = assertThrows(NonFiniteException.class, () -> Tensor.applyAll(s.op(), complete(s, xs)));
                    // of their gradients, that of the filter, or of the scale, is the first to depend on the input
                    int output = s.op() instanceof ConvBatchNormBackward || s.op() instanceof BatchNormBackward b && b.given() ? 1 : 0;
                    String start = "step 12: " + s.op().name() + " forward: output " + output + " F64[";
                    assertTrue(e.getMessage().startsWith(start) && e.getMessage().endsWith(" is not finite"), e.getMessage());
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> backward() {
        return Stream.of(false, true).flatMap(createGraph -> each(c -> !NO_BACKWARD.contains(c.name()), s -> {
            try (Tape tape = Tape.guarded(KERNELS, "step 12")) {
                Tensor[] xs = Arrays.stream(s.inputs()).map(tape::watch).toArray(Tensor[]::new);
                Tensor y = Tensor.applyAll(s.op(), complete(s, xs))[0];
                Tensor bad = Tensor.full(DType.F64, y.shape(), Double.NaN);
                Tensor[] floating = Arrays.stream(xs).filter(t -> t.dtype() != DType.I32).toArray(Tensor[]::new);
                NonFiniteException e = assertThrows(NonFiniteException.class,
                        () -> tape.gradients(List.of(y), List.of(bad), createGraph, floating));
                assertTrue(e.getMessage().startsWith("step 12: " + s.op().name() + " backward: gradient of input "), e.getMessage());
            }
        }));
    }

    @TestFactory
    Stream<DynamicTest> finiteNumbersPass() {
        return each(c -> true, s -> {
            try (Tape tape = Tape.guarded(KERNELS, "step 12")) {
                Tensor[] xs = Arrays.stream(s.inputs()).map(tape::watch).toArray(Tensor[]::new);
                List<Tensor> ys = Arrays.stream(s.f().apply(xs)).filter(Tensor::isRecorded).toList();
                List<Tensor> ones = ys.stream().map(y -> tape.filled(y.type(), 1)).toList();
                Tensor[] gradients = tape.gradients(ys, ones, true, xs);
                assertEquals(xs.length, gradients.length);
                assertFalse(tape.size() < xs.length - 1);
            }
        });
    }

    /** The inputs of the op itself: the backwards of normalisation also take the statistics, which their samples leave to the function. */
    private static Tensor[] complete(Sample s, Tensor[] xs) {
        return switch (s.op()) {
            case BatchNormBackward op -> withStatistics(new BatchNorm(op.epsilon(), false), s, xs);
            case BatchNormDoubleBackward op -> {
                Tensor[] all = LayerCases.withFindings(op.relu(), s.inputs());
                System.arraycopy(xs, 0, all, 0, xs.length);
                yield all;
            }
            case ConvBatchNormBackward _ -> {
                Tensor[] all = ConvNormCases.withStatistics(s.inputs());
                System.arraycopy(xs, 0, all, 0, xs.length);
                yield all;
            }
            case LayerNormBackward op -> withStatistics(new LayerNorm(op.epsilon()), s, xs);
            default -> xs;
        };
    }

    private static Tensor[] withStatistics(Op norm, Sample s, Tensor[] xs) {
        Tensor scale = s.inputs()[2];
        Tensor[] statistics = Tensor.applyAll(norm, s.inputs()[0], scale, scale);
        return Stream.concat(Arrays.stream(xs), Stream.of(statistics[1], statistics[2])).toArray(Tensor[]::new);
    }
}
