package dev.steppe.optim;

/**
 * One cycle (Smith and Topin, Super-Convergence, arXiv 1708.07120) as PyTorch's {@code OneCycleLR} defines it, with cosine annealing and two phases: from
 * {@code 1 / divisor} up to 1 at step {@code peak * total - 1}, then down to {@code 1 / (divisor * finalDivisor)} at the last step. The momentum is not cycled
 * ({@code cycle_momentum = False}).
 *
 * @param peak fraction of the run after which the rate is highest, in (0, 1)
 * @param divisor how many times smaller the rate is at the start, at least 1
 * @param finalDivisor how many times smaller than at the start it is at the end, at least 1
 */
public record OneCycleSchedule(
        @Origin("torch.optim.lr_scheduler.OneCycleLR, pct_start") double peak,
        @Origin("torch.optim.lr_scheduler.OneCycleLR, div_factor") double divisor,
        @Origin("torch.optim.lr_scheduler.OneCycleLR, final_div_factor") double finalDivisor) implements Schedule {
    /** @throws OptionException if a number is out of its range */
    public OneCycleSchedule {
        OptionException.require(peak > 0 && peak < 1, "onecycle", "peak", peak, "in (0, 1), a fraction of the run");
        OptionException.require(divisor >= 1 && Double.isFinite(divisor), "onecycle", "divisor", divisor, "finite and at least 1");
        OptionException.require(finalDivisor >= 1 && Double.isFinite(finalDivisor), "onecycle", "finalDivisor", finalDivisor,
                "finite and at least 1");
    }

    /** PyTorch's defaults: the peak after 30 %, 25 times smaller at the start, 10,000 times smaller still at the end. */
    public static OneCycleSchedule defaults() {
        return new OneCycleSchedule(0.3, 25, 1e4);
    }

    /** This schedule with the highest rate at another moment. */
    public OneCycleSchedule peak(double peak) {
        return new OneCycleSchedule(peak, divisor, finalDivisor);
    }

    @Override
    public double factor(long step, long total) {
        double top = peak * total - 1;
        double first = 1 / divisor;
        if (step < top) { return anneal(first, 1, step / top); }
        return anneal(1, first / finalDivisor, Math.min(1, (step - top) / (total - 1 - top)));
    }

    private static double anneal(double from, double to, double progress) {
        return to + (from - to) / 2 * (1 + Math.cos(Math.PI * progress));
    }
}
