package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.kernels.ShapeException;

/**
 * {@code y = x W + b}, with {@code x: [.., in]}, {@code W: [in, out]} ({@code weight}), {@code b: [out]} ({@code bias}), {@code y: [.., out]}. Both start as
 * PyTorch's do ({@link Initialiser#pytorch}).
 */
public final class Linear extends Layer {
    private final int in;
    private final int out;
    private final Initialiser initialiser;
    private final Initialiser biasInitialiser;
    private final Weight weight;
    private final Weight bias;

    /** With a bias. */
    public Linear(int in, int out) {
        this(in, out, true, Initialiser.pytorch(), null);
    }

    /** @param biasInitialiser null for PyTorch's */
    private Linear(int in, int out, boolean biased, Initialiser initialiser, Initialiser biasInitialiser) {
        Checks.positive("linear", "inputs", in);
        Checks.positive("linear", "outputs", out);
        this.in = in;
        this.out = out;
        this.initialiser = initialiser;
        this.biasInitialiser = biasInitialiser;
        Shape shape = Shape.of(in, out);
        this.weight = weight("weight", shape, Role.WEIGHT, 1, initialiser);
        this.bias = biased
                ? weight("bias", Shape.of(out), Role.BIAS, Weight.NO_FILTERS,
                        biasInitialiser == null ? Initialiser.pytorchBias(shape) : biasInitialiser)
                : null;
    }

    /** A new layer like this one, without bias. */
    public Linear noBias() {
        return new Linear(in, out, false, initialiser, null);
    }

    /** A new layer like this one, whose weight starts otherwise. */
    public Linear initialised(Initialiser initialiser) {
        return new Linear(in, out, bias != null, initialiser, biasInitialiser);
    }

    /** A new layer like this one, with a bias, whose weight and bias start otherwise. */
    public Linear initialised(Initialiser initialiser, Initialiser biasInitialiser) {
        return new Linear(in, out, true, initialiser, biasInitialiser);
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        if (x.shape().rank() < 1 || x.shape().dim(-1) != in) {
            throw new ShapeException("linear: input " + x.shape() + " should end in " + in + " (weight " + weight.shape() + ")");
        }
        Tensor rows = x.shape().rank() < 2 ? x.reshape(1, in) : x;
        Tensor y = rows.matmul(pass.at(weight));
        y = bias == null ? y : y.add(pass.at(bias));
        return x.shape().rank() < 2 ? y.reshape(out) : y;
    }

    @Override
    protected long multiplyAdds(Shape input, Shape output) {
        return (long) output.size() * in;
    }
}
