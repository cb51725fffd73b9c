package dev.steppe.optim;

/**
 * Linear warm-up, then half a cosine down to a floor (Loshchilov and Hutter, SGDR, arXiv 1608.03983, without restarts). With {@code W = round(warmup * total)}:
 * {@code start + (1 - start) t / W} for {@code t < W}, then {@code floor + (1 - floor) (1 + cos(pi (t - W) / (total - W))) / 2}. That is PyTorch's
 * {@code SequentialLR} of {@code LinearLR(start_factor = start, total_iters = W)} and {@code CosineAnnealingLR(T_max = total - W, eta_min = floor * lr)}.
 *
 * @param warmup fraction of the run that is warm-up, in [0, 1)
 * @param start factor at the first step of the warm-up, in (0, 1]
 * @param floor factor at the end, in [0, 1]
 */
public record CosineSchedule(
        @Origin("torch.optim.lr_scheduler.CosineAnnealingLR: none") double warmup,
        @Origin("torch.optim.lr_scheduler.LinearLR, start_factor") double start,
        @Origin("torch.optim.lr_scheduler.CosineAnnealingLR, eta_min") double floor) implements Schedule {
    /** @throws OptionException if a number is out of its range */
    public CosineSchedule {
        OptionException.require(warmup >= 0 && warmup < 1, "cosine", "warmup", warmup, "in [0, 1), a fraction of the run");
        OptionException.require(start > 0 && start <= 1, "cosine", "start", start, "in (0, 1]");
        OptionException.require(floor >= 0 && floor <= 1, "cosine", "floor", floor, "in [0, 1]");
    }

    /** No warm-up, down to 0. */
    public static CosineSchedule defaults() {
        return new CosineSchedule(0, 1.0 / 3, 0);
    }

    /** This schedule with a warm-up over a fraction of the run. */
    public CosineSchedule warmup(double warmup) {
        return new CosineSchedule(warmup, start, floor);
    }

    /** This schedule with another factor at the end. */
    public CosineSchedule floor(double floor) {
        return new CosineSchedule(warmup, start, floor);
    }

    @Override
    public double factor(long step, long total) {
        long w = Math.round(warmup * total);
        if (step < w) { return start + (1 - start) * step / w; }
        double progress = w == total ? 1 : Math.min(1, (double) (step - w) / (total - w));
        return floor + (1 - floor) * (1 + Math.cos(Math.PI * progress)) / 2;
    }
}
