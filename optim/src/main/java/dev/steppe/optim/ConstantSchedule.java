package dev.steppe.optim;

/** The learning rate stays as it is. */
public record ConstantSchedule() implements Schedule {
    @Override
    public double factor(long step, long total) {
        return 1;
    }
}
