package dev.steppe.optim.curvature;

import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import java.util.function.BiConsumer;

/**
 * A symmetric linear map of points, known by its products alone: all that the methods of {@link Curvature} ask for. Those of a loss are made by {@link #hessian},
 * {@link #differences} and {@link #gaussNewton}; write your own for another matrix.
 */
public interface LinearOperator {
    /** Type and shape of the points: F32 or F64, {@code [n]}. */
    TensorType type();

    /** The kernels that compute. */
    Kernels kernels();

    /**
     * {@code product = A v}.
     *
     * @param v to be read only
     * @param product overwritten; another tensor than v
     */
    void times(Tensor v, Tensor product);

    /** Products while some work lasts. */
    interface Products extends AutoCloseable {
        /** {@code product = A v}; arguments as those of {@link LinearOperator#times}. */
        void times(Tensor v, Tensor product);

        /** Gives the memory back that was kept for them. */
        @Override
        void close();

        /** What ends products. */
        @FunctionalInterface
        interface End {
            /** Gives memory back. */
            void close();
        }

        /** Products for which nothing is kept. */
        static Products of(BiConsumer<Tensor, Tensor> times) {
            return of(times, () -> {
            });
        }

        /** Products and what ends them. */
        static Products of(BiConsumer<Tensor, Tensor> times, End end) {
            return new Products() {
                @Override
                public void times(Tensor v, Tensor product) {
                    times.accept(v, product);
                }

                @Override
                public void close() {
                    end.close();
                }
            };
        }
    }

    /** Begins some work: what all products have in common may be kept in memory until it is closed. */
    default Products open() {
        return Products.of(this::times);
    }

    /** The dimension of the space that A acts on: what {@link #restrict} leaves. */
    default int dimension() {
        return type().shape().size();
    }

    /** Makes the entries of v 0 that A does not act on, frozen weights for example. */
    default void restrict(Tensor v) {
    }

    /** How many points a product needs beside v and itself. */
    default int points() {
        return 0;
    }

    /** What the numbers found with this operator are about. */
    default Provenance provenance(long key) {
        return new Provenance("operator", dimension(), 0, 0, null, key);
    }

    /**
     * The Hessian of a loss, by exact products. Of one batch the graph of the gradient is kept while some work lasts, about three times the activations, and each product
     * costs the second backward pass alone, about two gradients; of several batches each product computes the graphs again, one after the other.
     */
    static LinearOperator hessian(LossSurface surface) {
        return new SurfaceOperator("exact Hessian", surface, surface::hessianTimes, surface::hessian, 1);
    }

    /** The generalised Gauss-Newton matrix of a loss: {@link dev.steppe.core.GaussNewtonVector}. */
    static LinearOperator gaussNewton(LossSurface surface) {
        return new SurfaceOperator("generalised Gauss-Newton", surface, surface::gaussNewtonTimes, surface::gaussNewton, 1);
    }

    /**
     * The Hessian by central differences of gradients, {@code (g(w + h v) - g(w - h v)) / 2 h}, as a cross-check of the exact one. The distance {@code h |v|} is
     * {@code u^(1/3) (1 + |w| / sqrt(n))}, u the unit roundoff of the weights' type, n their number: rounding and the error of order h^2 are then alike (Nocedal and
     * Wright, Numerical Optimization, 2nd edition, section 8.1), for numbers of the size of a typical weight. Where a ReLU changes its side in between, they differ.
     */
    static LinearOperator differences(LossSurface surface) {
        GradientDifferences differences = new GradientDifferences(surface);
        return new SurfaceOperator("differences of gradients", surface, differences::times, () -> Products.of(differences::times), 4);
    }
}
