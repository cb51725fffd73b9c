package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kernel of every provider against its definition in double, on shapes with zero, one and odd sizes, between guards of NaN. */
@Tag("lanes")
class TwinsTest {
    private static final int SHAPES = Runs.times(300);
    private static Workers workers;

    @BeforeAll
    static void start() {
        workers = Workers.of(2);
    }

    @AfterAll
    static void stop() {
        workers.close();
    }

    static List<Sample> samples() {
        return Sample.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void computesWhatItSays(Sample sample) {
        SplittableRandom random = new SplittableRandom(sample.toString().hashCode());
        List<Kernels> providers = Runs.providers(workers);
        for (int i = 0; i < SHAPES; i++) {
            Case c = sample.maker().make(random.split());
            for (Kernels kernels : providers) {
                Runs.assertWithin(c, kernels.describe(), DType.F32, Runs.run(c, kernels, DType.F32, random.split(), null));
                // Both providers have the same code for F64.
                if (!kernels.isVector() || i % 10 == 0) {
                    Runs.assertWithin(c, kernels.describe(), DType.F64, Runs.run(c, kernels, DType.F64, random.split(), null));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void worksInPlaceWhereItSays(Sample sample) {
        SplittableRandom random = new SplittableRandom(sample.toString().hashCode());
        for (int i = 0; i < SHAPES / 10; i++) {
            Case c = sample.maker().make(random.split());
            for (Kernels kernels : Runs.providers(workers)) {
                for (int[] alias : c.aliases) {
                    Span[] apart = Runs.run(c, kernels, DType.F32, random.split(), null);
                    Span[] inPlace = Runs.run(c, kernels, DType.F32, random.split(), alias);
                    inPlace[alias[1]] = apart[alias[1]];
                    Runs.assertSame(c, "in place", apart, inPlace);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void hasTheSameBitsOnAnyNumberOfThreads(Sample sample) {
        SplittableRandom random = new SplittableRandom(sample.toString().hashCode());
        for (int i = 0; i < Runs.times(2); i++) {
            Case c = sample.bigMaker().make(random.split());
            List<Span[]> alone = new ArrayList<>();
            for (int threads : new int[] {1, 2, 3, 8}) {
                try (Workers team = Workers.of(threads)) {
                    List<Kernels> providers = Runs.providers(team);
                    for (int p = 0; p < providers.size(); p++) {
                        Span[] result = Runs.run(c, providers.get(p), DType.F32, new SplittableRandom(1), null);
                        if (threads == 1) {
                            Runs.assertWithin(c, providers.get(p).describe(), DType.F32, result);
                            alone.add(result);
                        } else {
                            Runs.assertSame(c, providers.get(p).describe(), alone.get(p), result);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void refusesWhatDoesNotFit(Sample sample) {
        SplittableRandom random = new SplittableRandom(sample.toString().hashCode());
        for (int i = 0; i < 40; i++) {
            Case c = sample.maker().make(random.split());
            for (Kernels kernels : Runs.providers(workers)) {
                for (int argument = 0; argument < c.arguments.size(); argument++) {
                    refuses(c, kernels, argument);
                }
            }
        }
    }

    /** One of the spans is a number too short, or of another type than the others. */
    private static void refuses(Case c, Kernels kernels, int argument) {
        Case.Kind kind = c.arguments.get(argument).kind();
        int length = c.arguments.get(argument).values().length;
        if (kind == Case.Kind.DOUBLE || length == 0) {
            return;
        }
        Span[] spans = Arrays.stream(Runs.allocate(c, DType.F32, new SplittableRandom(argument), null)).map(g -> g.span)
                .toArray(Span[]::new);
        Span span = spans[argument];
        if (!c.anyLength) {
            spans[argument] = span.slice(0, length - 1);
            assertThrows(ShapeException.class, () -> c.call.run(kernels, spans),
                    () -> c + ": argument " + argument + " is a number too short");
        }
        if (kind == Case.Kind.FLOATING && spans.length > 1 && c.arguments.stream().filter(a -> a.kind() == kind).count() > 1) {
            spans[argument] = Span.allocate(DType.F64, length);
            assertThrows(ShapeException.class, () -> c.call.run(kernels, spans),
                    () -> c + ": argument " + argument + " is of another type");
        }
        spans[argument] = Span.allocate(DType.I32, length);
        if (kind == Case.Kind.FLOATING && c.arguments.stream().filter(a -> a.kind() == kind).count() > 1) {
            assertThrows(ShapeException.class, () -> c.call.run(kernels, spans), () -> c + ": argument " + argument + " is of I32");
        }
    }
}
