package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Eigen-SAM (Luo, Truong, Pham, Harandi, Phung, Le, NeurIPS 2024, arXiv 2501.12666): turns the perturbation towards the eigenvector v of the Hessian's largest
 * eigenvalue. With {@code u = g / (|g| + epsilon)}, {@code e = rho (u + alpha sign(u'v) (v - (u'v) u))}, not normalised again:
 * {@code |e|^2 = rho^2 (1 + alpha^2 (1 - (u'v)^2))}. The base optimizer gets {@code g(w + e)}. 2 passes and those of the eigenvector, 1 vector.
 *
 * <p>Before the first v, and where g is 0, this is SAM; the official code then uses {@code rho g}. {@code alpha = 0} is SAM. Confidence high: official code read
 * and run.
 *
 * @param rho radius of the ball, at least 0
 * @param alpha how far the perturbation is turned, at least 0
 * @param eigenvector the estimate: {@link PowerIteration} or one of your own
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "eigensam",
        title = "Eigen sharpness-aware minimization",
        paper = "Luo, Truong, Pham, Harandi, Phung, Le, NeurIPS 2024, arXiv 2501.12666",
        formula = "u = g / |g|; e = rho (u + alpha sign(u'v) (v - (u'v) u)), v the top eigenvector of the Hessian; w = base(w, g(w + e))",
        forwards = 2.05,
        backwards = 2.1,
        atMost = true,
        points = 5,
        memory = 1,
        confidence = Confidence.HIGH,
        note = "official code read and run; before the first v it uses rho g, here SAM")
public record EigenSam(
        @Origin("RitianLuo/EigenSAM, README") double rho,
        @Origin("RitianLuo/EigenSAM, README") double alpha,
        @Origin("RitianLuo/EigenSAM, utils.py") Eigenvector eigenvector,
        @Origin("RitianLuo/EigenSAM, utils.py") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public EigenSam {
        OptionException.check(EigenSam.class, rho, alpha, eigenvector, epsilon);
    }

    /** Radius 0.1, alpha 0.2. */
    public static EigenSam defaults() {
        return new EigenSam(0.1, 0.2, PowerIteration.defaults(), 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        Gradient g = step.gradient();
        Tensor v = eigenvector.of(step);
        if (v == null || g.norm() == 0) { return step.ball(g.vector(), rho, epsilon); }
        double length = g.norm() + epsilon;
        double cosine = step.points().dot(g.vector(), v) / length;
        Tensor d = step.combine(1 - alpha * Math.abs(cosine), g.vector(), alpha * Math.signum(cosine) * length, v);
        return step.along(rho / length, d);
    }
}
