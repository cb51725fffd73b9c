package dev.steppe.optim.curvature;

import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * A matrix of second derivatives of a surface at its weights.
 *
 * @param name for the provenance
 * @param product one product
 * @param opened products while some work lasts
 * @param points that a product needs on many batches
 */
record SurfaceOperator(String name, LossSurface surface, BiConsumer<Tensor, Tensor> product, Supplier<Products> opened, int points)
        implements
            LinearOperator {

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
        product.accept(v, out);
    }

    @Override
    public Products open() {
        return opened.get();
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
