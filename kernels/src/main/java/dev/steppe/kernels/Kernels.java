package dev.steppe.kernels;

import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import java.util.Objects;

/**
 * The kernels to compute with: a provider (scalar or vector), the threads it works with, the pool it takes scratch arrays from, and the mode of its plans. An
 * immutable value, safe for any number of threads; nothing about it is global.
 *
 * <p>{@link #defaults} and {@link #on} choose the vector provider if the module {@code jdk.incubator.vector} is there, unless the system property
 * {@value #PROPERTY} says {@code scalar}; they log one warning if it is not. With {@code vector} they refuse to do without it.
 */
public final class Kernels {
    /** The system property that forces a provider: {@code scalar} or {@code vector}. Read, never written. */
    static final String PROPERTY = "steppe.kernels";

    private static final int LEAST_LANES = 4;
    private static final String MODULE = "jdk.incubator.vector";
    private static final String MISSING = MODULE + " is missing; add --add-modules " + MODULE;

    /** Which algorithms the plans may choose. */
    public enum Mode {
        /** Rounding errors within the bounds of the textbook sums. */
        EXACT,
        /**
         * Also algorithms that trade about a decimal digit of F32 for speed: Winograd convolution, where it pays. Its errors are relative to the largest number
         * of a result, not to each: at most 8e-6 of it for up to 512 channels of independent numbers (measured: 6e-6; the direct sums: 4e-7).
         */
        FAST
    }

    private final Provider provider;
    private final Workers workers;
    private final SpanPool spans;
    private final Mode mode;
    private final String reason;

    private Kernels(Provider provider, Workers workers, SpanPool spans, Mode mode, String reason) {
        this.provider = provider;
        this.workers = workers;
        this.spans = spans;
        this.mode = mode;
        this.reason = reason;
    }

    /** The kernels of whoever does not care: the best provider, as many threads as there are processors, {@link Mode#EXACT}. Made on first use. */
    public static Kernels defaults() {
        return Default.KERNELS;
    }

    /**
     * The best provider on these threads, in {@link Mode#EXACT}.
     *
     * @throws IllegalStateException if the system property asks for the vector provider, which is not available
     * @throws IllegalArgumentException if the system property has another value than {@code scalar} and {@code vector}
     */
    public static Kernels on(Workers workers) {
        String forced = System.getProperty(PROPERTY);
        return switch (forced) {
            case null -> {
                Kernels kernels = create(workers, new SpanPool(), Mode.EXACT, true);
                if (kernels.reason.equals(MISSING)) {
                    Warning.once();
                }
                yield kernels;
            }
            case "scalar" -> create(workers, new SpanPool(), Mode.EXACT, false);
            case "vector" -> vector(workers);
            default -> throw new IllegalArgumentException("-D" + PROPERTY + "=" + forced + ": expected scalar or vector");
        };
    }

    /** The scalar provider on these threads; it always works. */
    public static Kernels scalar(Workers workers) {
        return create(workers, new SpanPool(), Mode.EXACT, false);
    }

    /**
     * The vector provider on these threads.
     *
     * @throws IllegalStateException if it is not available; the message names the flag that makes it so
     */
    public static Kernels vector(Workers workers) {
        Kernels kernels = create(workers, new SpanPool(), Mode.EXACT, true);
        if (!kernels.isVector()) { throw new IllegalStateException("vector kernels are not available: " + kernels.reason); }
        return kernels;
    }

    /** The same provider, threads and pool with plans of another mode. */
    public Kernels with(Mode mode) {
        Objects.requireNonNull(mode, "mode");
        return new Kernels(create(workers, spans, mode, isVector()).provider, workers, spans, mode, reason);
    }

    private static Kernels create(Workers workers, SpanPool spans, Mode mode, boolean vector) {
        Objects.requireNonNull(workers, "workers");
        Provider scalar = new ScalarProvider(workers, spans);
        if (!vector) { return new Kernels(scalar, workers, spans, mode, "asked for"); }
        try {
            Provider provider = (Provider) Class.forName("dev.steppe.kernels.VectorProvider")
                    .getDeclaredConstructor(Workers.class, SpanPool.class, Mode.class, Provider.class)
                    .newInstance(workers, spans, mode, scalar);
            if (provider.lanes() < LEAST_LANES) {
                return new Kernels(scalar, workers, spans, mode,
                        "vectors of " + provider.lanes() * Float.SIZE + " bits are too short to help");
            }
            return new Kernels(provider, workers, spans, mode, MODULE + " is present");
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("vector kernels cannot be made", e.getCause());
        } catch (ReflectiveOperationException | NoClassDefFoundError e) {
            return new Kernels(scalar, workers, spans, mode, MISSING);
        }
    }

    /** Which provider was chosen and why, in one line for logs and bug reports. */
    public String describe() {
        return provider.name() + ", " + workers.threads() + (workers.threads() == 1 ? " thread, " : " threads, ")
                + mode.name().toLowerCase(Locale.ROOT)
                + ": " + reason;
    }

    /** Whether F32 runs in SIMD code. */
    public boolean isVector() {
        return lanes() > 1;
    }

    /** How many F32 numbers one instruction works on: 1 for the scalar provider. */
    public int lanes() {
        return provider.lanes();
    }

    /** Which algorithms the plans may choose. */
    public Mode mode() {
        return mode;
    }

    /** The threads that the kernels work with. Whoever made them closes them. */
    public Workers workers() {
        return workers;
    }

    /** Where the kernels take scratch arrays from, and tapes their buffers. */
    public SpanPool spans() {
        return spans;
    }

    /** Matrix products. */
    public GemmKernel gemm() {
        return provider.gemm();
    }

    /** Convolution. */
    public ConvKernel conv() {
        return provider.conv();
    }

    /** Pooling. */
    public PoolKernel pool() {
        return provider.pool();
    }

    /** Batch and layer normalisation. */
    public NormKernel norm() {
        return provider.norm();
    }

    /** Convolution followed by batch normalisation. */
    public ConvNormKernel convNorm() {
        return provider.convNorm();
    }

    /** Softmax and cross-entropy. */
    public SoftmaxKernel softmax() {
        return provider.softmax();
    }

    /** Sums and maxima over axes. */
    public ReduceKernel reduce() {
        return provider.reduce();
    }

    /** Element-wise maths. */
    public ElementwiseKernel elementwise() {
        return provider.elementwise();
    }

    /** Copies, transposes, gathers. */
    public MoveKernel move() {
        return provider.move();
    }

    /** Vector algebra of points. */
    public PointKernel points() {
        return provider.points();
    }

    PeakLoop peakLoop() {
        return provider.peakLoop();
    }

    private static final class Default {
        static final Kernels KERNELS = on(Workers.of(Runtime.getRuntime().availableProcessors()));
    }

    /** Its initialisation, which the JVM does once, is the warning. */
    private static final class Warning {
        static {
            System.getLogger(Kernels.class.getName()).log(System.Logger.Level.WARNING,
                    "Steppe computes with scalar kernels, many times slower: " + MISSING);
        }

        static void once() {
        }
    }
}
