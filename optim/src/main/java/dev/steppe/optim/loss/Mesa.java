package dev.steppe.optim.loss;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Tape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Kernels;
import dev.steppe.optim.*;
import java.util.HashMap;
import java.util.Map;

/**
 * Memory-efficient sharpness-aware training, MESA (Du, Zhou, Feng, Tan, Zhou, NeurIPS 2022, arXiv 2205.14083; AngusDujw/SAF): the loss gets {@code lambda T^2
 * KL(softmax(y / T) || softmax(z / T))}, where z are the outputs and y those of the moving average of all weights so far, in evaluation mode, on the same examples. No
 * gradient goes through y. After each step {@code a = decay a + (1 - decay) w}, running statistics too. One forward for each pass; one vector of memory.
 *
 * @param lambda factor on the term, at least 0
 * @param temperature T, greater than 0
 * @param decay of the average, in [0, 1)
 * @param start when the term begins, as a fraction of the run, in [0, 1)
 */
@Card(
        name = "mesa",
        title = "Memory-efficient sharpness-aware training",
        paper = "Du, Zhou, Feng, Tan, Zhou, NeurIPS 2022, arXiv 2205.14083",
        formula = "loss + lambda T^2 KL(softmax(y_ema / T) || softmax(z / T)), y_ema: the outputs of the averaged weights",
        forwards = 1,
        backwards = 0,
        points = 1,
        memory = 1,
        confidence = Confidence.HIGH,
        note = "official code read, no trajectory; lambda is 0.3 in the code, 0.8 in its run.sh; the decay is timm's, the paper's may be 0.9995 (uncertain)")
public record Mesa(
        @Origin("AngusDujw/SAF, code; its run.sh: 0.8") double lambda,
        @Origin("AngusDujw/SAF, code") @Range("(0, inf)") double temperature,
        @Origin("AngusDujw/SAF: timm's default; the paper's may be 0.9995 (uncertain)") @Range("[0, 1)") double decay,
        @Origin("AngusDujw/SAF, code: kl_start, 5 of 300 epochs") @Range(value = "[0, 1)", of = "a fraction of the run") double start)
        implements
            Addition {
    private static final String AVERAGE = "average";
    private static final String MEAN = "/mean";
    private static final String VARIANCE = "/variance";

    /** @throws OptionException if a number is out of its range */
    public Mesa {
        OptionException.check(Mesa.class, lambda, temperature, decay, start);
    }

    /** Lambda 0.3, temperature 5, decay 0.9998, after the first sixtieth of the run. */
    public static Mesa defaults() {
        return new Mesa(0.3, 5, 0.9998, 5.0 / 300);
    }

    /** This term with another factor. */
    public Mesa lambda(double lambda) {
        return new Mesa(lambda, temperature, decay, start);
    }

    /** This term with another decay of the average. */
    public Mesa decay(double decay) {
        return new Mesa(lambda, temperature, decay, start);
    }

    /** This term from another time on. */
    public Mesa start(double start) {
        return new Mesa(lambda, temperature, decay, start);
    }

    @Override
    public Addition begin(Landing step) {
        if (step.memory(AVERAGE) == null) {
            step.remember(AVERAGE, step.copy(step.weights()));
            for (Buffers.Entry b : step.parameters().buffers().entries()) {
                step.rememberTable(b.name() + MEAN, b.mean());
                step.rememberTable(b.name() + VARIANCE, b.variance());
            }
        }
        boolean active = lambda > 0 && (start == 0 || step.progress() >= start);
        return active ? new Step(average(step), step.kernels()) : this;
    }

    private static Parameters average(Landing step) {
        Parameters now = step.parameters();
        Map<String, Buffers.Entry> buffers = new HashMap<>();
        for (Buffers.Entry b : now.buffers().entries()) {
            buffers.put(b.name(), new Buffers.Entry(b.name(), b.handle(), step.table(b.name() + MEAN), step.table(b.name() + VARIANCE),
                    b.batches()));
        }
        return new Parameters(now.space(), step.memory(AVERAGE), now.buffers().with(buffers));
    }

    @Override
    public void after(Landing step) {
        Tensor average = step.copy(step.weights());
        step.points().lerp(step.memory(AVERAGE), step.weights(), 1 - decay, average);
        step.remember(AVERAGE, average);
        for (Buffers.Entry b : step.parameters().buffers().entries()) {
            step.rememberTable(b.name() + MEAN, mixed(step.table(b.name() + MEAN), b.mean()));
            step.rememberTable(b.name() + VARIANCE, mixed(step.table(b.name() + VARIANCE), b.variance()));
        }
    }

    private Tensor mixed(Tensor average, Tensor now) {
        Tensor next = Tensor.zeros(now.dtype(), now.shape());
        for (int i = 0; i < next.size(); i++) {
            next.span().set(i, decay * average.get(i) + (1 - decay) * now.get(i));
        }
        return next;
    }

    /** One step in which the average teaches. */
    private final class Step implements Addition {
        private final Parameters average;
        private final Kernels kernels;

        Step(Parameters average, Kernels kernels) {
            this.average = average;
            this.kernels = kernels;
        }

        @Override
        public Objective objective(Objective inner) {
            return inner.withLosses((outputs, batch) -> inner.losses(outputs, batch)
                    .add(new Teacher(lambda, temperature).term(outputs, teacher(inner, batch))));
        }

        private double[][] teacher(Objective inner, Batch batch) {
            double[][] logits = new double[batch.size()][];
            try (Tape tape = Tape.inference(kernels)) {
                Tensor outputs = inner.outputs(batch, new Pass(tape, average, Pass.Mode.EVALUATION, RandomKey.of(0)));
                for (int i = 0; i < logits.length; i++) {
                    logits[i] = Teacher.row(outputs, i);
                }
            }
            return logits;
        }

        @Override
        public void after(Landing step) {
            Mesa.this.after(step);
        }
    }
}
