package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;

/** Runs a {@link Case} on guarded spans and judges what comes out. */
final class Runs {
    /** Whether the vector module is there; the suites run with and without it. */
    static final boolean VECTOR = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    private Runs() {
    }

    /** The arguments of a case in arrays of their own, between guards; {@code alias} makes one argument the same span as another. */
    static Guarded[] allocate(Case c, DType type, SplittableRandom random, int[] alias) {
        Guarded[] guarded = new Guarded[c.arguments.size()];
        for (int i = 0; i < guarded.length; i++) {
            Case.Argument argument = c.arguments.get(i);
            DType dtype = switch (argument.kind()) {
                case FLOATING -> type;
                case DOUBLE -> DType.F64;
                case INT -> DType.I32;
            };
            guarded[i] = new Guarded(dtype, random.nextInt(35), argument.values().length, 16 + random.nextInt(20));
            for (int j = 0; j < argument.values().length; j++) {
                guarded[i].span.set(j, argument.values()[j]);
            }
        }
        if (alias != null) {
            guarded[alias[0]] = guarded[alias[1]];
        }
        return guarded;
    }

    /** Runs the case and checks the guards. */
    static Span[] run(Case c, Kernels kernels, DType type, SplittableRandom random, int[] alias) {
        Guarded[] guarded = allocate(c, type, random, alias);
        Span[] spans = new Span[guarded.length];
        for (int i = 0; i < spans.length; i++) {
            spans[i] = guarded[i].span;
        }
        c.call.run(kernels, spans);
        for (int i = 0; i < guarded.length; i++) {
            guarded[i].assertUntouched(kernels.describe() + ": " + c + ": argument " + i);
            Case.Argument argument = c.arguments.get(i);
            if (argument.role() == Case.Role.IN && (alias == null || alias[0] != i && alias[1] != i)) {
                for (int j = 0; j < argument.values().length; j++) {
                    assertTrue(Double.compare(spans[i].get(j), argument.values()[j]) == 0, c + ": input " + i + " was written");
                }
            }
        }
        return spans;
    }

    /** Every output is within the bound of what is expected. */
    static void assertWithin(Case c, String who, DType type, Span[] spans) {
        double u = type == DType.F32 ? 0x1p-24 : 0x1p-53;
        double[][] expected = c.expected();
        double[][] bounds = c.bounds(u);
        // The reference in double has an error of its own; it only matters for F64.
        double slack = type == DType.F32 ? 1 : 4;
        int output = 0;
        for (int i = 0; i < spans.length; i++) {
            if (c.arguments.get(i).role() == Case.Role.IN) {
                continue;
            }
            for (int j = 0; j < spans[i].length(); j++) {
                double actual = spans[i].get(j);
                double error = Math.abs(actual - expected[output][j]);
                // Not "error > bound": NaN must fail.
                if (!(error <= slack * bounds[output][j])) {
                    throw new AssertionError(who + " " + type + ": " + c + ": output " + output + "[" + j + "] is " + actual + ", expected "
                            + expected[output][j] + ", error " + error + ", bound " + slack * bounds[output][j]);
                }
            }
            output++;
        }
    }

    /** All outputs have the same bits. */
    static void assertSame(Case c, String what, Span[] one, Span[] other) {
        for (int i = 0; i < one.length; i++) {
            for (int j = 0; j < one[i].length(); j++) {
                double left = one[i].get(j);
                double right = other[i].get(j);
                if (c.arguments.get(i).role() != Case.Role.IN && Double.compare(left, right) != 0) {
                    throw new AssertionError(what + ": " + c + ": argument " + i + "[" + j + "]: " + left + " and " + right);
                }
            }
        }
    }

    /** The providers of this JVM on so many threads. */
    static List<Kernels> providers(Workers workers) {
        return VECTOR ? List.of(Kernels.scalar(workers), Kernels.vector(workers)) : List.of(Kernels.scalar(workers));
    }

    /** More cases in the nightly suite. */
    static int times(int verify) {
        return "nightly".equals(System.getProperty("steppe.suite")) ? 20 * verify : verify;
    }
}
