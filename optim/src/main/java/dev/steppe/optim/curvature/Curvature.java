package dev.steppe.optim.curvature;

import dev.steppe.core.Batch;
import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.core.RandomKey;
import java.util.Objects;
import java.util.function.BiFunction;

/**
 * Curvature of a loss at its weights.
 *
 * <pre>{@code
 * Curvature curvature = Curvature.of(objective, parameters, batches);      // the exact Hessian, in evaluation mode
 * Eigenpair top = curvature.eigenvalues(1, 1).top();                       // Lanczos
 * TraceEstimate trace = curvature.trace();                                 // Hutch++
 * SpectralDensity density = curvature.density();                           // stochastic Lanczos quadrature
 * System.out.println(top + ", trace " + trace + ", of " + top.provenance());
 * }</pre>
 *
 * <p>Probes are drawn from a counter-based random key: the same key gives the same bits, on any number of threads. Results say how many products were made, how many
 * points were held at once, and what they are about. The listener is told of each product; an interrupt of the thread ends the work with a
 * {@link java.util.concurrent.CancellationException}. Weights and running statistics are never written.
 */
public final class Curvature {
    private final LinearOperator operator;
    private final RandomKey key;
    private final ProgressListener listener;

    private Curvature(LinearOperator operator, RandomKey key, ProgressListener listener) {
        this.operator = Objects.requireNonNull(operator, "operator");
        this.key = Objects.requireNonNull(key, "key");
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    /** Of the mean loss of all examples, in evaluation mode: see {@link LossSurface#of}. */
    public static Curvature of(Objective objective, Parameters at, Iterable<Batch> batches) {
        return of(LossSurface.of(objective, at, batches));
    }

    /** Of the loss of one batch, in evaluation mode. */
    public static Curvature of(Objective objective, Parameters at, Batch batch) {
        return of(LossSurface.of(objective, at, batch));
    }

    /** The Hessian of a surface, with its key and its listener. */
    public static Curvature of(LossSurface surface) {
        return of(LinearOperator.hessian(surface)).key(surface.key()).listener(surface.listener());
    }

    /** The generalised Gauss-Newton matrix of a surface, with its key and its listener. */
    public static Curvature gaussNewton(LossSurface surface) {
        return of(LinearOperator.gaussNewton(surface)).key(surface.key()).listener(surface.listener());
    }

    /** The Hessian of a surface by differences of gradients, as a cross-check, with its key and its listener. */
    public static Curvature differences(LossSurface surface) {
        return of(LinearOperator.differences(surface)).key(surface.key()).listener(surface.listener());
    }

    /** Of any symmetric operator, with the key of seed 0. */
    public static Curvature of(LinearOperator operator) {
        return new Curvature(operator, RandomKey.of(0), ProgressListener.NONE);
    }

    /** With another random key. */
    public Curvature key(RandomKey key) {
        return new Curvature(operator, key, listener);
    }

    /** With somebody who is told of each product. */
    public Curvature listener(ProgressListener listener) {
        return new Curvature(operator, key, listener);
    }

    /** The operator. */
    public LinearOperator operator() {
        return operator;
    }

    /** Eigenvalues from both ends, by {@link Lanczos} with its defaults. */
    public Eigenpairs eigenvalues(int largest, int smallest) {
        return eigenvalues(Lanczos.of(largest, smallest));
    }

    /** Eigenvalues from both ends. */
    public Eigenpairs eigenvalues(Lanczos method) {
        return work("lanczos", Math.min(method.steps(), operator.dimension()), method::run);
    }

    /** The eigenvalue of largest absolute value: among the largest if it is at least 0, else among the smallest. */
    public Eigenpairs eigenvalues(PowerIteration method) {
        return work("power iteration", method.iterations(), method::run);
    }

    /** The trace by {@link HutchPlusPlus} with 30 products. */
    public TraceEstimate trace() {
        return trace(new HutchPlusPlus(30));
    }

    /** The trace. */
    public TraceEstimate trace(HutchPlusPlus method) {
        return work("hutch++", 2 * Math.min(method.products() / 3, operator.dimension()) + method.products() / 3, method::run);
    }

    /** The trace. */
    public TraceEstimate trace(Hutchinson method) {
        return work("hutchinson", method.probes(), method::run);
    }

    /** The density of the spectrum, by {@link StochasticLanczosQuadrature} with its defaults: 60 products. */
    public SpectralDensity density() {
        return density(StochasticLanczosQuadrature.defaults());
    }

    /** The density of the spectrum. */
    public SpectralDensity density(StochasticLanczosQuadrature method) {
        return work("spectral density", method.probes() * Math.min(method.steps(), operator.dimension()), method::run);
    }

    private <T> T work(String task, int products, BiFunction<Work, RandomKey, T> method) {
        try (Work work = new Work(operator, listener, task, products)) {
            return method.apply(work, key.fold(task));
        }
    }
}
