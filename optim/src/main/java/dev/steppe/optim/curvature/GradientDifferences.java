package dev.steppe.optim.curvature;

import dev.steppe.core.Points;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;

/** Products of the Hessian by central differences of gradients. */
final class GradientDifferences {
    private static final double ROUNDOFF_F32 = 0x1p-24;
    private static final double ROUNDOFF_F64 = 0x1p-53;

    private final LossSurface surface;
    private final Points points;
    private final double distance;

    GradientDifferences(LossSurface surface) {
        this.surface = surface;
        this.points = surface.points();
        Tensor w = surface.parameters().point();
        double roundoff = w.dtype() == DType.F32 ? ROUNDOFF_F32 : ROUNDOFF_F64;
        this.distance = Math.cbrt(roundoff) * (1 + points.norm(w) / Math.sqrt(Math.max(1, w.size())));
    }

    void times(Tensor v, Tensor product) {
        Tensor way = v.keep();
        surface.clearFrozen(way);
        double norm = points.norm(way);
        if (norm == 0) {
            points.scale(0, way, product);
            return;
        }
        Tensor w = surface.parameters().point();
        Tensor place = points.zeros(w);
        Tensor below = points.zeros(w);
        double h = distance / norm;
        points.combine(1, w, h, way, place);
        surface.gradient(place, product);
        points.combine(1, w, -h, way, place);
        surface.gradient(place, below);
        points.combine(0.5 / h, product, -0.5 / h, below, product);
    }
}
