package dev.steppe.core;

import dev.steppe.core.op.CrossEntropy;
import dev.steppe.core.op.OneHot;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.ShapeException;
import java.util.Arrays;

/** Losses: outputs of a model and targets to one number per example. */
public final class Losses {
    private Losses() {
    }

    /**
     * Label smoothing (Szegedy et al. 2015, arXiv 1512.00567, section 7).
     *
     * @param epsilon the weight that is taken from the target class, in [0, 1)
     * @param form where it goes
     */
    public record Smoothing(double epsilon, Form form) {
        /** Where the weight goes. */
        public enum Form {
            /** {@code epsilon / C} to every one of the C classes, the target included: the paper, and PyTorch's {@code label_smoothing}. */
            PYTORCH,
            /** {@code epsilon / (C - 1)} to every class but the target, which keeps {@code 1 - epsilon}: the example of SAM's PyTorch port davda54/sam. */
            OFF_TARGET
        }

        /** No smoothing. */
        public static final Smoothing NONE = new Smoothing(0, Form.PYTORCH);

        /** @throws IllegalArgumentException if epsilon is not in [0, 1) */
        public Smoothing {
            if (!(epsilon >= 0 && epsilon < 1)) { throw new IllegalArgumentException("label smoothing: " + epsilon + " is not in [0, 1)"); }
        }

        /** As PyTorch defines it. */
        public static Smoothing of(double epsilon) {
            return new Smoothing(epsilon, Form.PYTORCH);
        }

        /** What a target weight of 0 becomes. */
        private double low(int classes) {
            return epsilon == 0 ? 0 : epsilon / (form == Form.PYTORCH ? classes : Math.max(1, classes - 1));
        }

        /** What a target weight of 1 becomes. */
        private double high(int classes) {
            return 1 - epsilon + (form == Form.PYTORCH ? low(classes) : 0);
        }
    }

    /**
     * Cross-entropy of the softmax of {@code outputs: [n, classes]}; see {@link CrossEntropy}.
     *
     * @param targets class ids (I32, {@code [n]}) or weights of the classes ({@code [n, classes]}, for example probabilities)
     * @return losses, {@code [n]}
     * @throws ShapeException if the shapes do not fit, or an id is no class
     */
    public static Tensor crossEntropy(Tensor outputs, Tensor targets) {
        return crossEntropy(outputs, targets, Smoothing.NONE);
    }

    /** As {@link #crossEntropy(Tensor, Tensor)}, with label smoothing. */
    public static Objective.Loss crossEntropy(Smoothing smoothing) {
        return (outputs, targets) -> crossEntropy(outputs, targets, smoothing);
    }

    private static Tensor crossEntropy(Tensor outputs, Tensor targets, Smoothing smoothing) {
        if (outputs.shape().rank() != 2) { throw new ShapeException("crossEntropy: outputs must be [n, classes], got " + outputs.shape()); }
        int classes = outputs.shape().dim(1);
        double low = smoothing.low(classes);
        double high = smoothing.high(classes);
        Tensor weights = targets;
        if (targets.dtype() == DType.I32) {
            Tensor ids = outputs.tape() == null ? targets : outputs.tape().constant(targets);
            weights = ids.apply(new OneHot(outputs.dtype(), classes, high, low));
        } else if (smoothing.epsilon() > 0) {
            weights = targets.times(high - low).plus(low);
        }
        return outputs.apply(new CrossEntropy(), weights);
    }

    /**
     * Mean squared error of each example: {@code mean over its elements of (output - target)^2}, whose mean over a batch is PyTorch's {@code MSELoss}.
     *
     * @param outputs {@code [n, ..]}
     * @param targets of the same shape
     * @return losses, {@code [n]}
     */
    public static Tensor squaredError(Tensor outputs, Tensor targets) {
        if (outputs.shape().rank() == 0 || !outputs.shape().equals(targets.shape())) {
            throw new ShapeException(
                    "squaredError: outputs " + outputs.shape() + " and targets " + targets.shape() + " must be [n, ..] and equal");
        }
        int n = outputs.shape().dim(0);
        Tensor difference = outputs.sub(targets);
        Tensor squares = difference.mul(difference).reshape(n, elements(outputs.shape()));
        return squares.mean(false, 1);
    }

    private static int elements(Shape s) {
        return Arrays.stream(s.dims()).skip(1).reduce(1, Math::multiplyExact);
    }
}
