package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every small convolution there is, against the seven loops of its definition, on whole numbers: results have to be exact. */
@Tag("once")
class ScalarConvTest {
    private static final double[] NUMBERS = new SplittableRandom(1).ints(4096, -4, 5).asDoubleStream().toArray();
    private static Workers workers;

    @BeforeAll
    static void start() {
        workers = Workers.of(2);
    }

    @AfterAll
    static void stop() {
        workers.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void everySmallConvolution(int filter) {
        int count = 0;
        for (int n = 1; n <= 3; n++) {
            for (int c = 1; c <= 3; c++) {
                for (int k = 1; k <= 3; k++) {
                    for (int h = 1; h <= 7; h++) {
                        for (int w = 1; w <= 7; w++) {
                            count += everyAttribute(n, h, w, c, k, filter);
                        }
                    }
                }
            }
        }
        assertTrue(count > 9000, count + " convolutions");
    }

    private static int everyAttribute(int n, int h, int w, int c, int k, int filter) {
        int count = 0;
        for (int stride = 1; stride <= 3; stride++) {
            for (int padding = 0; padding <= 2; padding++) {
                for (int dilation = 1; dilation <= 2; dilation++) {
                    for (int groups = 1; groups <= c; groups += Math.max(1, c - 1)) {
                        int reach = dilation * (filter - 1);
                        if (k % groups == 0 && h + 2 * padding > reach && w + 2 * padding > reach) {
                            compare(new ConvShape(n, h, w, c, k, filter, filter, stride, padding, dilation, groups));
                            count++;
                        }
                    }
                }
            }
        }
        return count;
    }

    private static void compare(ConvShape s) {
        Span x = Span.allocate(DType.F64, s.n() * s.h() * s.w() * s.c());
        Span filter = Span.allocate(DType.F64, s.r() * s.s() * s.c() / s.groups() * s.k());
        Span y = Span.allocate(DType.F64, s.n() * s.oh() * s.ow() * s.k());
        for (int i = 0; i < x.length(); i++) {
            x.set(i, NUMBERS[i]);
        }
        for (int i = 0; i < filter.length(); i++) {
            filter.set(i, NUMBERS[2000 + i]);
        }
        Kernels.scalar(workers).conv().forward(s, x, filter, y);
        for (int o = 0; o < y.length(); o++) {
            double expected = output(s, o);
            if (y.get(o) != expected) {
                assertEquals(expected, y.get(o), s + " at " + o);
            }
        }
    }

    /** Output o is the sum over filter rows, columns and input channels; image, row, column and output channel are the other four loops. */
    private static double output(ConvShape s, int o) {
        int k = o % s.k();
        int j = o / s.k() % s.ow();
        int i = o / s.k() / s.ow() % s.oh();
        int image = o / s.k() / s.ow() / s.oh();
        int in = s.c() / s.groups();
        int group = k / (s.k() / s.groups());
        double sum = 0;
        for (int r = 0; r < s.r(); r++) {
            for (int q = 0; q < s.s(); q++) {
                int h = i * s.stride() - s.padding() + r * s.dilation();
                int w = j * s.stride() - s.padding() + q * s.dilation();
                for (int c = 0; c < in && h >= 0 && h < s.h() && w >= 0 && w < s.w(); c++) {
                    sum += NUMBERS[((image * s.h() + h) * s.w() + w) * s.c() + group * in + c]
                            * NUMBERS[2000 + ((r * s.s() + q) * in + c) * s.k() + k];
                }
            }
        }
        return sum;
    }
}
