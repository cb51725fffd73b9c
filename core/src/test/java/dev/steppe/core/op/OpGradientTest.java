package dev.steppe.core.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.GradCheck;
import dev.steppe.core.Tape;
import dev.steppe.core.Tensor;
import dev.steppe.core.op.OpCase.Sample;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every op, on random shapes: values against the definition, gradients and gradients of gradients against central differences, F32 against F64. A failure
 * names the number of the sample, which is the seed of its {@link Draw}.
 */
class OpGradientTest {
    private static final int SAMPLES = "nightly".equals(System.getProperty("steppe.suite")) ? 1000 : 100;
    private static final Kernels KERNELS = Kernels.on(Workers.of(1));
    private static final GradCheck CHECK = new GradCheck(KERNELS, 1e-6, 1e-7, 1e-5);

    /** Ops whose derivative is zero wherever it exists: there is no second one to compare. {@link OneHot} has not even a first. */
    private static final Set<String> CONSTANT = Set.of("Sign", "Step", "Within", "Greater", "OneHot");

    private interface Check {
        /** @return how many numbers were compared */
        long run(OpCase c, Sample sample);
    }

    private static Stream<DynamicTest> each(Check check) {
        return OpCases.all().stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> {
            long compared = 0;
            for (int seed = 0; seed < SAMPLES; seed++) {
                try {
                    compared += check.run(c, c.samples().apply(new Draw(seed)));
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError(c.name() + ", sample " + seed + ": " + e.getMessage(), e);
                }
            }
            assertTrue(compared >= SAMPLES || CONSTANT.contains(c.name()), c.name() + ": only " + compared + " numbers were compared");
        }));
    }

    @TestFactory
    Stream<DynamicTest> valuesAreThoseOfTheDefinition() {
        return each((c, s) -> {
            double[] expected = c.oracle().values(s);
            double[] values = outputs(s, DType.F64).getFirst();
            assertEquals(expected.length, values.length);
            for (int i = 0; i < values.length; i++) {
                assertEquals(expected[i], values[i], 1e-10 * Math.max(1, Math.abs(expected[i])), "element " + i);
            }
            return SAMPLES;
        });
    }

    @TestFactory
    Stream<DynamicTest> gradientsAreThoseOfDifferences() {
        return each((c, s) -> CHECK.firstOrder(s.f(), s.inputs()).orThrow().checked());
    }

    @TestFactory
    Stream<DynamicTest> secondDerivativesAreThoseOfDifferences() {
        return each((c, s) -> CHECK.secondOrder(s.f(), s.inputs()).orThrow().checked());
    }

    @TestFactory
    Stream<DynamicTest> singlePrecisionIsCloseToDouble() {
        return each((c, s) -> {
            if (s.op() instanceof OneHot) { return 0; }
            List<double[]> exact = outputs(s, DType.F64);
            List<double[]> rounded = outputs(s, DType.F32);
            int terms = Arrays.stream(s.inputs()).mapToInt(Tensor::size).sum();
            long compared = 0;
            for (int i = 0; i < exact.size(); i++) {
                double scale = Math.max(1, Arrays.stream(exact.get(i)).map(Math::abs).max().orElse(0));
                for (int j = 0; j < exact.get(i).length; j++, compared++) {
                    assertEquals(exact.get(i)[j], rounded.get(i)[j], 64 * 0x1p-24 * (8 + terms) * scale, "result " + i + ", element " + j);
                }
            }
            return Math.max(1, compared);
        });
    }

    /** Floating-point outputs, then the gradients of their sum. */
    private static List<double[]> outputs(Sample s, DType dtype) {
        try (Tape tape = Tape.on(KERNELS)) {
            Tensor[] in = Arrays.stream(s.inputs()).map(t -> tape.watch(t.dtype() == DType.I32 ? t : t.to(dtype))).toArray(Tensor[]::new);
            Tensor[] out = Arrays.stream(s.f().apply(in)).filter(t -> t.dtype() != DType.I32).toArray(Tensor[]::new);
            Tensor[] ones = Arrays.stream(out).map(t -> tape.filled(t.type(), 1)).toArray(Tensor[]::new);
            Tensor[] xs = Arrays.stream(in).filter(t -> t.dtype() != DType.I32).toArray(Tensor[]::new);
            Tensor[] gradients = tape.gradients(List.of(out), List.of(ones), false, xs);
            return Stream.concat(Arrays.stream(out), Arrays.stream(gradients)).map(Tensor::toDoubles).toList();
        }
    }
}
