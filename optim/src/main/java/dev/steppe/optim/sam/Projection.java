package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.SamStep;

/** Parts of a gradient along another. */
final class Projection {
    private Projection() {
    }

    /** The c of the part {@code c y} of x that is parallel to y; 0 if one of them is 0. Guarded as the official codes of GSAM and GAM do, cosine and norm apart. */
    static double factor(SamStep step, Tensor x, Tensor y, double epsilon) {
        double nx = step.norm(x);
        double ny = step.norm(y);
        if (nx == 0 || ny == 0) { return 0; }
        double cosine = step.points().dot(x, y) / (nx * ny + epsilon);
        return cosine * nx / (ny + epsilon);
    }
}
