package dev.steppe.nn;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.kernels.ShapeException;
import java.util.function.IntToDoubleFunction;

/**
 * Where the numbers of a weight start. Number {@code i} (row-major) depends on the key, the shape and i alone; the key of each weight is made of the
 * seed and its name ({@link RandomKey#fold(String)}), so initial numbers depend neither on the order of layers nor on what else a model contains. Names of one
 * hash, as {@code Aa} and {@code BB}, have one key.
 *
 * <p>Weights of more than one axis end in {@code [.., in, out]} (filters HWIO, linear layers [in, out]); their fans are {@code in} and {@code out} times the
 * product of the axes in front, as PyTorch's {@code torch.nn.init} counts them.
 */
@FunctionalInterface
public interface Initialiser {
    /** The numbers of a weight of this shape, by index. */
    IntToDoubleFunction numbers(Shape shape, RandomKey key);

    /** Which of the two fans of a weight sets the scale. */
    enum Fan {
        /** Inputs per output: keeps the variance of activations in the forward pass. */
        IN,
        /** Outputs per input: keeps the variance of gradients in the backward pass. */
        OUT;

        /**
         * This fan of a weight.
         *
         * @throws ShapeException if it has fewer than two axes
         */
        public double of(Shape shape) {
            if (shape.rank() < 2) {
                throw new ShapeException(
                        "initialiser: a weight of shape " + shape + " has no fan, which needs two axes or more, [.., in, out]");
            }
            int other = shape.dim(this == IN ? -1 : -2);
            return Math.max(1, other == 0 ? 0 : shape.size() / other);
        }
    }

    /** Equal numbers. */
    static Initialiser constant(double value) {
        return (shape, key) -> i -> value;
    }

    /** Uniform in {@code [-bound, bound)}. */
    static Initialiser uniform(double bound) {
        return (shape, key) -> i -> bound * (2 * key.uniform(i) - 1);
    }

    /** Normal with mean 0. */
    static Initialiser normal(double deviation) {
        return (shape, key) -> i -> deviation * key.normal(i);
    }

    /**
     * Normal with variance {@code 2 / fan}, made for ReLU: He, Zhang, Ren, Sun: Delving Deep into Rectifiers, ICCV 2015, eq. 10 (IN) and 14 (OUT). ResNets use
     * OUT (torchvision's {@code resnet.py}).
     */
    static Initialiser kaimingNormal(Fan fan) {
        return (shape, key) -> normal(Math.sqrt(2 / fan.of(shape))).numbers(shape, key);
    }

    /**
     * Uniform with variance {@code 2 / ((1 + slope^2) fan)}, made for leaky ReLU of that negative slope (0 for ReLU): He et al. 2015, section 2.2.
     */
    static Initialiser kaimingUniform(Fan fan, double slope) {
        return (shape, key) -> uniform(Math.sqrt(6 / ((1 + slope * slope) * fan.of(shape)))).numbers(shape, key);
    }

    /** Normal with variance {@code 2 / (in + out)}: Glorot, Bengio: Understanding the difficulty of training deep feedforward networks, AISTATS 2010, eq. 12. */
    static Initialiser xavierNormal() {
        return (shape, key) -> normal(Math.sqrt(2 / (Fan.IN.of(shape) + Fan.OUT.of(shape)))).numbers(shape, key);
    }

    /** Uniform with variance {@code 2 / (in + out)}: Glorot and Bengio 2010, eq. 16. */
    static Initialiser xavierUniform() {
        return (shape, key) -> uniform(Math.sqrt(6 / (Fan.IN.of(shape) + Fan.OUT.of(shape)))).numbers(shape, key);
    }

    /**
     * PyTorch's default for weights of {@code Linear} and {@code Conv2d}: uniform in {@code +-1 / sqrt(fan in)}, which is Kaiming's with slope
     * {@code sqrt(5)}. Biases use the same bound.
     */
    static Initialiser pytorch() {
        return kaimingUniform(Fan.IN, Math.sqrt(5));
    }

    /** PyTorch's default for the bias beside a weight of shape {@code weight}; see {@link #pytorch}. */
    static Initialiser pytorchBias(Shape weight) {
        return uniform(1 / Math.sqrt(Fan.IN.of(weight)));
    }
}
