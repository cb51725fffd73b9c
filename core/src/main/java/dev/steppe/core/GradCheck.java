package dev.steppe.core;

import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Compares backwards with central differences in F64, entry by entry of every input: what an op must pass before it is trusted.
 *
 * <pre>{@code
 * GradCheck.check(new MyOp(0.5), x, y);                                        // throws GradCheckException
 * GradCheck.Report r = GradCheck.defaults().firstOrder(in -> new Tensor[] {in[0].gelu()}, x);
 * }</pre>
 *
 * <p>The scalar that is differentiated is {@code sum over outputs of <c, y>} with fixed random cotangents c between 1/2 and 3/2, of either sign. Outputs
 * through which no gradient flows (integers, detached tensors) and integer inputs are not part of it. The function must be differentiable within
 * {@code epsilon} of the inputs: keep samples away from the kinks of relu, max, clamp and the like.
 *
 * @param kernels that compute
 * @param epsilon half the distance of the two points of a difference
 * @param absolute part of the allowed error
 * @param relative part of the allowed error, in units of the numeric derivative
 */
public record GradCheck(Kernels kernels, double epsilon, double absolute, double relative) {
    private static final RandomKey COTANGENTS = RandomKey.of(0x5eed);

    /** With the default kernels, epsilon 1e-6 (as PyTorch's {@code gradcheck}), and {@code |analytic - numeric| <= 1e-7 + 1e-5 |numeric|}. */
    public static GradCheck defaults() {
        return new GradCheck(Kernels.defaults(), 1e-6, 1e-7, 1e-5);
    }

    /**
     * One derivative.
     *
     * @param input which input
     * @param element which of its numbers
     * @param analytic what the backward gave
     * @param numeric the central difference
     * @param allowed error
     */
    public record Entry(int input, int element, double analytic, double numeric, double allowed) {
        /** The error in units of what is allowed; infinite if one of the numbers is NaN. */
        public double excess() {
            double excess = Math.abs(analytic - numeric) / allowed;
            return Double.isNaN(excess) ? Double.POSITIVE_INFINITY : excess;
        }
    }

    /**
     * What a check found.
     *
     * @param order 1 for gradients, 2 for gradients of gradients
     * @param checked how many entries were compared; 0 if there was nothing to differentiate
     * @param worst the entry with the largest error in units of what is allowed, or null if none was compared
     */
    public record Report(int order, long checked, Entry worst) {
        /** Whether every entry is within what is allowed. */
        public boolean passed() {
            return worst == null || worst.excess() <= 1;
        }

        /**
         * This report, if it passed.
         *
         * @throws GradCheckException naming the worst entry if it did not
         */
        public Report orThrow() {
            if (!passed()) {
                throw new GradCheckException(
                        "gradient check of order " + order + ": input " + worst.input() + ", element " + worst.element()
                                + ": backward gives " + worst.analytic() + ", differences give " + worst.numeric() + ", allowed error "
                                + worst.allowed() + " (the worst of " + checked + " entries)");
            }
            return this;
        }
    }

    /**
     * Checks gradients and gradients of gradients of an op with {@link #defaults}.
     *
     * @throws GradCheckException naming the worst entry
     */
    public static void check(Op op, Tensor... inputs) {
        defaults().firstOrder(op, inputs).orThrow();
        defaults().secondOrder(op, inputs).orThrow();
    }

    /** As {@link #firstOrder(UnaryOperator, Tensor...)}, of an op. */
    public Report firstOrder(Op op, Tensor... inputs) {
        return firstOrder(in -> Tensor.applyAll(op, in), inputs);
    }

    /** As {@link #secondOrder(UnaryOperator, Tensor...)}, of an op. */
    public Report secondOrder(Op op, Tensor... inputs) {
        return secondOrder(in -> Tensor.applyAll(op, in), inputs);
    }

    /**
     * Compares the gradient with central differences of the values, and with that of a second backward, by create-graph, bit for bit.
     *
     * @param f inputs to outputs, in ops
     * @param inputs where; F32 is converted to F64, nothing is written
     * @throws GradCheckException if two backward passes differ
     */
    public Report firstOrder(UnaryOperator<Tensor[]> f, Tensor... inputs) {
        return compare(1, f, copies(inputs));
    }

    /**
     * Compares gradients of gradients, by create-graph, with central differences of gradients: derivatives of {@code <w, gradient of <c, f(x)>>} in x and in
     * c, with fixed random w and c.
     *
     * @param f inputs to outputs, in ops
     * @param inputs where; F32 is converted to F64, nothing is written
     * @throws GradCheckException if two backward passes differ
     */
    public Report secondOrder(UnaryOperator<Tensor[]> f, Tensor... inputs) {
        List<Tensor> at = new ArrayList<>(Arrays.asList(copies(inputs)));
        try (Tape tape = Tape.on(kernels)) {
            List<Tensor> ys = differentiable(f.apply(watch(tape, at.toArray(Tensor[]::new))));
            if (ys.isEmpty()) { return new Report(2, 0, null); }
            for (int i = 0; i < ys.size(); i++) {
                at.add(random(i, ys.get(i).shape()));
            }
        }
        return compare(2, in -> gradient(f, in, inputs.length), at.toArray(Tensor[]::new));
    }

    /** From x and c to the gradient of {@code <c, f(x)>} in x. */
    private static Tensor[] gradient(UnaryOperator<Tensor[]> f, Tensor[] in, int inputs) {
        Tensor[] xs = Arrays.copyOf(in, inputs);
        List<Tensor> ys = differentiable(f.apply(xs));
        return in[0].tape().gradients(ys, Arrays.asList(in).subList(inputs, in.length), true, floating(xs));
    }

    private Report compare(int order, UnaryOperator<Tensor[]> f, Tensor[] at) {
        Tensor[] gradients = gradients(f, at);
        long checked = 0;
        Entry worst = null;
        for (int i = 0; i < at.length; i++) {
            for (int j = 0; gradients[i] != null && j < at[i].size(); j++) {
                double numeric = difference(f, at, i, j);
                Entry entry = new Entry(i, j, gradients[i].get(j), numeric, absolute + relative * Math.abs(numeric));
                checked++;
                worst = worst == null || entry.excess() > worst.excess() ? entry : worst;
            }
        }
        return new Report(order, checked, worst);
    }

    /** Gradients of the scalar, kept; null for integer inputs, and for all if nothing is differentiable. */
    private Tensor[] gradients(UnaryOperator<Tensor[]> f, Tensor[] at) {
        try (Tape tape = Tape.on(kernels)) {
            Tensor[] xs = watch(tape, at);
            List<Tensor> ys = differentiable(f.apply(xs));
            Tensor[] kept = new Tensor[at.length];
            if (ys.isEmpty()) { return kept; }
            Tensor[] once = tape.gradients(ys, cotangents(ys), false, floating(xs));
            Tensor[] twice = tape.gradients(ys, cotangents(ys), true, floating(xs));
            for (int i = 0, k = 0; i < xs.length; i++) {
                if (xs[i].isFloating()) {
                    requireSameBits(i, once[k].toDoubles(), twice[k].toDoubles());
                    kept[i] = once[k++].keep();
                }
            }
            return kept;
        }
    }

    private static void requireSameBits(int input, double[] once, double[] twice) {
        for (int j = 0; j < once.length; j++) {
            if (Double.doubleToRawLongBits(once[j]) != Double.doubleToRawLongBits(twice[j])) {
                throw new GradCheckException(
                        "gradient check: two backward passes differ in input " + input + ", element " + j + ": " + once[j]
                                + " and " + twice[j]);
            }
        }
    }

    private double difference(UnaryOperator<Tensor[]> f, Tensor[] at, int input, int element) {
        double x = at[input].get(element);
        double above = x + epsilon;
        double below = x - epsilon;
        at[input].span().set(element, above);
        double[] up = values(f, at);
        at[input].span().set(element, below);
        double[] down = values(f, at);
        at[input].span().set(element, x);
        double sum = 0;
        for (int i = 0; i < up.length; i++) {
            sum += up[i] - down[i];
        }
        return sum / (above - below);
    }

    /** The terms of the scalar: differences are taken term by term, so that large values that do not change cancel exactly. */
    private double[] values(UnaryOperator<Tensor[]> f, Tensor[] at) {
        try (Tape tape = Tape.on(kernels)) {
            List<Tensor> ys = differentiable(f.apply(watch(tape, at)));
            List<Tensor> cotangents = cotangents(ys);
            double[] terms = new double[ys.stream().mapToInt(Tensor::size).sum()];
            int t = 0;
            for (int i = 0; i < ys.size(); i++) {
                for (int j = 0; j < ys.get(i).size(); j++) {
                    terms[t++] = ys.get(i).get(j) * cotangents.get(i).get(j);
                }
            }
            return terms;
        }
    }

    private static Tensor[] copies(Tensor[] inputs) {
        return Arrays.stream(inputs).map(t -> t.isFloating() ? t.to(DType.F64) : t).toArray(Tensor[]::new);
    }

    private static Tensor[] watch(Tape tape, Tensor[] inputs) {
        return Arrays.stream(inputs).map(tape::watch).toArray(Tensor[]::new);
    }

    private static Tensor[] floating(Tensor[] xs) {
        return Arrays.stream(xs).filter(Tensor::isFloating).toArray(Tensor[]::new);
    }

    private static List<Tensor> differentiable(Tensor[] ys) {
        return Arrays.stream(ys).filter(Tensor::isRecorded).toList();
    }

    private static List<Tensor> cotangents(List<Tensor> ys) {
        List<Tensor> cotangents = new ArrayList<>();
        for (int i = 0; i < ys.size(); i++) {
            cotangents.add(random(-1 - i, ys.get(i).shape()));
        }
        return cotangents;
    }

    private static Tensor random(int number, Shape shape) {
        RandomKey key = COTANGENTS.fold(number);
        Tensor t = Tensor.zeros(DType.F64, shape);
        for (int i = 0; i < t.size(); i++) {
            double u = key.uniform(i);
            t.span().set(i, u < 0.5 ? u - 1.5 : u + 0.5);
        }
        return t;
    }
}
