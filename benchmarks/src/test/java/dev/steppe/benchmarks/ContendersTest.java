package dev.steppe.benchmarks;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.benchmarks.Contender.Pass;
import dev.steppe.kernels.ConvShape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everyone in the build computes the right thing, and who does not is found out. */
class ContendersTest {
    static List<String> names() {
        return Contenders.all().stream().map(Contender::name).toList();
    }

    @Test
    void bothOfOursTakePart() {
        assertTrue(names().containsAll(List.of("scalar", "vector")), names().toString());
    }

    @ParameterizedTest
    @MethodSource("names")
    void multiplies(String name) {
        float[] a = Numbers.random(50 * 50, 1);
        float[] b = Numbers.random(50 * 50, 2);
        try (Contender contender = Contenders.of(name, 2)) {
            Contender.Task task = contender.gemm(50, a, b);
            task.run();
            float[] c = task.result();
            Verify.gemm(name, 50, a, b, c);
            for (int i = 0; i < c.length; i++) {
                c[i] += 0.1f;
            }
            assertThrows(IllegalStateException.class, () -> Verify.gemm(name, 50, a, b, c));
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void convolves(String name) {
        for (Layer layer : List.of(Layer.STEM_3_64, Layer.STAGE2_SHORTCUT)) {
            ConvShape shape = layer.shape(1);
            for (Pass pass : Pass.values()) {
                float[] first = Numbers.random(pass == Pass.BACKWARD_INPUT ? Sizes.output(shape) : Sizes.input(shape), 1);
                float[] second = Numbers.random(pass == Pass.BACKWARD_FILTER ? Sizes.output(shape) : Sizes.filter(shape), 2);
                try (Contender contender = Contenders.of(name, 2)) {
                    Contender.Task task = contender.conv(pass, shape, first, second);
                    task.run();
                    Verify.conv(name, pass, shape, first, second, task.result());
                    float[] wrong = new float[task.result().length];
                    assertThrows(IllegalStateException.class, () -> Verify.conv(name, pass, shape, first, second, wrong));
                }
            }
        }
    }

    @Test
    void whoIsNotInTheBuildIsNamed() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Contenders.of("nobody", 1));
        assertTrue(e.getMessage().contains("nobody") && e.getMessage().contains("vector"), e.getMessage());
    }
}
