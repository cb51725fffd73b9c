package dev.steppe.optim.curvature;

import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;

/**
 * A matrix of second derivatives of a surface at its weights.
 *
 * @param points that a product needs on many batches
 */
record SurfaceOperator(String name, LossSurface surface, Product product, int points) implements LinearOperator {
    /** How it is multiplied with a vector. */
    interface Product {
        void times(Tensor v, Tensor product);
    }

    @Override
    public TensorType type() {
        return surface.parameters().point().type();
    }

    @Override
    public Kernels kernels() {
        return surface.kernels();
    }

    @Override
    public void times(Tensor v, Tensor out) {
        product.times(v, out);
    }

    @Override
    public int dimension() {
        return surface.parameters().space().trainableSize();
    }

    @Override
    public void restrict(Tensor v) {
        surface.clearFrozen(v);
    }

    @Override
    public Provenance provenance(long key) {
        Provenance p = surface.provenance(name);
        return new Provenance(p.subject(), p.parameters(), p.examples(), p.batches(), p.batchNorm(), key);
    }
}
