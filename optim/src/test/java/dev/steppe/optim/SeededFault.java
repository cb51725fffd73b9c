package dev.steppe.optim;

import java.util.List;

/**
 * A mistake, made on purpose in a copy of a main source. Most are in published code of the family.
 *
 * @param what is wrong
 * @param file below the source folder of this module's package, without its ending
 * @param old text that occurs exactly once in it
 * @param replacement for the text
 * @param check of {@link FaultProbe} that finds it
 * @param subject of the check: a reference trajectory, or a variant as the command line writes it
 */
record SeededFault(String what, String file, String old, String replacement, String check, String subject) {
    private static SeededFault golden(String what, String file, String old, String replacement, String subject) {
        return new SeededFault(what, file, old, replacement, "golden", subject);
    }

    static List<SeededFault> all() {
        return List.of(
                golden("norm of each tensor instead of all (LookSAM ports)", "sam/Sam",
                        "return step.ball(step.gradient().vector(), rho, epsilon);",
                        "var d = step.blank(); for (var s : step.space().segments()) { var v = step.space().view(step.gradient().vector(), s);"
                                + " step.points().scale(1 / step.points().norm(v), v, step.space().view(d, s)); } return step.along(rho, d);",
                        "seed/sam"),
                golden("step from the perturbed point (bSAM port)", "SamVariant", "return step.gradientAt(perturbation(step)).vector();",
                        "Perturbation e = perturbation(step); step.moveBefore(e.scale(), e.direction()); return step.gradientAt(e).vector();",
                        "seed/sam"),
                golden("average of the subtracted gradient (Friendly-SAM port)", "sam/FriendlySam",
                        "step.average(\"average\", 1 - lambda, step.gradient().vector());",
                        "Tensor g = step.gradient().vector(); Tensor m = step.memory(\"average\");"
                                + " step.average(\"average\", 1 - lambda, m == null ? g : step.combine(1, g, -sigma, m));",
                        "family/fsam"),
                golden("one gradient clipped instead of both (WSAM ports)", "sam/Wsam", "step.clipped(step.gradient(), maxNorm)",
                        "step.gradient().vector()", "seed/wsam_clip"),
                golden("sharpness term without the learning rate", "Engine", "move.scale() * rate * run.rate()",
                        "move.scale() * run.rate()",
                        "seed/wsam_decoupled"),
                golden("saved copy aliased by the weights (released BSAM)", "sam/Bsam", "if (asReleased) {", "if (!asReleased) {",
                        "seed/bsam"),
                golden("downward gradient not balanced", "sam/Bsam", "max.norm() / min.norm()", "min.norm() / max.norm()", "seed/bsam"),
                golden("average that starts at zero", "SamStep", "last == null ? x : combine(1 - weight, last, weight, x)",
                        "combine(last == null ? 0 : 1 - weight, last == null ? x : last, weight, x)", "seed/vasso_0.4"),
                golden("weights of the average exchanged", "SamStep", "combine(1 - weight, last, weight, x)",
                        "combine(weight, last, 1 - weight, x)", "seed/vasso_0.4"),
                golden("new lambda used a step late", "sam/Samar", "now ? lambda : old", "old", "seed/samar"),
                golden("orthogonal part made of the weights (unofficial LookSAM)", "sam/Orthogonal", "-parallel, g.vector())",
                        "-parallel, step.weights())",
                        "family/looksam"),
                golden("k - 1 examples kept", "sam/Esam", ".limit(k)", ".limit(k - 1)", "family/esam_sds_topk"),
                golden("norm before the mask", "SamStep", "double norm = norm(inside);", "double norm = norm(d);",
                        "family/esam_swp_scripted"),
                golden("biases scaled like weights (ASAM ports)", "sam/Asam", "s.role() == Role.WEIGHT || s.role() == Role.NORM_SCALE",
                        "s.size() > 0",
                        "family/asam"),
                golden("perturbed gradients summed instead of averaged (Keras)", "SamStep",
                        "points().axpy(s.share() / shard.share(), g, mean);",
                        "points().axpy(1, g, mean);", "family/m_sam_2"),
                new SeededFault("a second update of running statistics (Keras, VaSSO)", "SamVariant",
                        "step.gradientAt(perturbation(step)).vector()", "step.gradientCollecting(perturbation(step)).vector()",
                        "statistics", "sam"),
                new SeededFault("dropout drawn anew in the second pass (PyTorch codes)", "Passes",
                        "evaluator.gradient(rows, at, mode, key.fold(i), into)",
                        "evaluator.gradient(rows, at, mode, key.fold(i).fold(number), into)",
                        "masks", "sam"),
                new SeededFault("both gradients taken in every step (LookSAM port)", "sam/LookSam", "step.number() % k == 0", "k > 0",
                        "passes", "looksam"),
                new SeededFault("division by a norm of zero (optax)", "SamStep", "double scale = norm == 0 ? 0 : rho / (norm + epsilon);",
                        "double scale = rho / norm;", "zero", "sam"),
                new SeededFault("momentum missing in the saved state (davda54/sam)", "Saved", "tensors.put(BASE + name, point.keep())",
                        "tensors.put(BASE + name, Tensor.zeros(point.dtype(), point.shape()))", "resume", "sam"),
                new SeededFault("memories of parts under one name (Friendly-SAM port)", "SamStep", "return scope + name + shard.path();",
                        "return name;", "shards", "vasso"),
                new SeededFault("parts of a batch weighted wrongly (gradient accumulation)", "Passes",
                        "engine.points().axpy(1, partial(), into);",
                        "engine.points().axpy(0.5, partial(), into);", "parts", "sam"),
                new SeededFault("weights written in place, so that a failure tears them", "Descent", "engine.copy(old.point())",
                        "old.point()", "torn", "sam"));
    }

    @Override
    public String toString() {
        return file + ": " + what;
    }
}
