package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Role;
import dev.steppe.core.RunningStatistics;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorOps;
import dev.steppe.core.Weight;
import dev.steppe.core.op.ConvBatchNorm;
import dev.steppe.core.op.ConvBatchNormInference;
import dev.steppe.kernels.ShapeException;
import java.util.Arrays;

/**
 * {@code y = (x - mean) / sqrt(variance + epsilon) * weight + bias} for each channel, the last axis of {@code x: [.., channels]}: Ioffe, Szegedy: Batch
 * Normalization, ICML 2015. In training mean and (biased) variance are the batch's, and the pass collects them; in evaluation they are the running ones,
 * which take a share {@code momentum} of each batch. The defaults are PyTorch's: epsilon 1e-5, momentum 0.1.
 */
public final class BatchNorm2d extends Layer {
    private final boolean fused = Fusion.isOn();
    private final double epsilon;
    private final Weight scale;
    private final Weight shift;
    private final RunningStatistics statistics;

    /** With epsilon 1e-5 and momentum 0.1. */
    public BatchNorm2d(int channels) {
        this(channels, 1e-5, 0.1);
    }

    /**
     * With constants of its own.
     *
     * @param momentum the share of a new batch in the running statistics, in (0, 1]
     */
    public BatchNorm2d(int channels, double epsilon, double momentum) {
        Checks.positive("batchNorm2d", "channels", channels);
        Checks.that(epsilon > 0, "batchNorm2d: epsilon must be positive, got " + epsilon);
        this.epsilon = epsilon;
        this.scale = weight("weight", Shape.of(channels), Role.NORM_SCALE, Weight.NO_FILTERS, Initialiser.constant(1));
        this.shift = weight("bias", Shape.of(channels), Role.NORM_SHIFT, Weight.NO_FILTERS, Initialiser.constant(0));
        this.statistics = statistics(channels, momentum);
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        if (!pass.isTraining()) {
            return x.batchNormInference(pass.mean(statistics), pass.variance(statistics), pass.at(scale), pass.at(shift), epsilon);
        }
        requireTwo(x);
        return collected(pass, x, TensorOps.batchNorm(x, pass.at(scale), pass.at(shift), epsilon), 1);
    }

    /** {@code max(forward(x), 0)} in one pass over memory. */
    public Tensor relu(Tensor x, Pass pass) {
        return visited(x, fused ? fusedRelu(x, pass) : compute(x, pass).relu());
    }

    /** {@code max(forward(x) + residual, 0)} in one pass over memory: how a residual block ends. */
    public Tensor addRelu(Tensor x, Tensor residual, Pass pass) {
        return visited(x, fused ? fusedAddRelu(x, residual, pass) : compute(x, pass).add(residual).relu());
    }

    /** {@code max(forward(conv.forward(x)), 0)} in as few passes over memory as there are. */
    public Tensor relu(Conv2d conv, Tensor x, Pass pass) {
        return fuses(conv, pass) ? fusedRelu(conv, x, null, pass) : relu(conv.forward(x, pass), pass);
    }

    /** {@code max(forward(conv.forward(x)) + residual, 0)} in as few passes over memory as there are. */
    public Tensor addRelu(Conv2d conv, Tensor x, Tensor residual, Pass pass) {
        return fuses(conv, pass) ? fusedRelu(conv, x, residual, pass) : addRelu(conv.forward(x, pass), residual, pass);
    }

    private boolean fuses(Conv2d conv, Pass pass) {
        // A recording pass in evaluation mode keeps what was normalised for its way back.
        return fused && !conv.hasBias() && (pass.isTraining() || !pass.tape().isRecording());
    }

    /** The convolution, this and the ReLU as one op. */
    private Tensor fusedRelu(Conv2d conv, Tensor x, Tensor residual, Pass pass) {
        if (!pass.isTraining()) {
            ConvBatchNormInference op = new ConvBatchNormInference(conv.op(), epsilon, true);
            Tensor[] operands = {conv.filter(pass), pass.mean(statistics), pass.variance(statistics), pass.at(scale), pass.at(shift),
                residual};
            Tensor y = x.apply(op, residual == null ? Arrays.copyOf(operands, operands.length - 1) : operands);
            return visited(conv.visited(x, y), y);
        }
        ConvBatchNorm op = new ConvBatchNorm(conv.op(), epsilon, true);
        Tensor[] y = residual == null
                ? Tensor.applyAll(op, x, conv.filter(pass), pass.at(scale), pass.at(shift))
                : Tensor.applyAll(op, x, conv.filter(pass), pass.at(scale), pass.at(shift), residual);
        conv.visited(x, y[1]);
        requireTwo(y[1]);
        return visited(y[1], collected(pass, y[1], y, 2));
    }

    private Tensor fusedRelu(Tensor x, Pass pass) {
        if (!pass.isTraining()) {
            return x.batchNormReluInference(pass.mean(statistics), pass.variance(statistics), pass.at(scale), pass.at(shift), epsilon);
        }
        requireTwo(x);
        return collected(pass, x, TensorOps.batchNormRelu(x, pass.at(scale), pass.at(shift), epsilon), 1);
    }

    private Tensor fusedAddRelu(Tensor x, Tensor residual, Pass pass) {
        if (!pass.isTraining()) {
            return x.batchNormAddReluInference(pass.mean(statistics), pass.variance(statistics), pass.at(scale), pass.at(shift), residual,
                    epsilon);
        }
        requireTwo(x);
        return collected(pass, x, TensorOps.batchNormAddRelu(x, pass.at(scale), pass.at(shift), residual, epsilon), 1);
    }

    private void requireTwo(Tensor x) {
        int count = x.size() / statistics.channels();
        if (count < 2) {
            throw new ShapeException("batchNorm2d: training needs two values per channel or more, got " + count + " (x " + x.shape() + ", "
                    + statistics.channels() + " channels)");
        }
    }

    /** Notes the mean and the variance of x, outputs {@code mean} and {@code mean + 1} of an op, and gives the first, what was normalised by them. */
    private Tensor collected(Pass pass, Tensor x, Tensor[] y, int mean) {
        pass.collect(statistics, x.size() / statistics.channels(), y[mean], y[mean + 1]);
        return y[0];
    }
}
