package dev.steppe.core;

import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Span;

/**
 * One differentiable operation: a record whose components are its attributes, never a closure. It says three things: which shapes go in and come out, how
 * the numbers are computed, and how gradients flow back. The backward is written in ops, so that it can itself be differentiated.
 *
 * <p>Ops are open: a record of your own that implements this interface is used as {@code tensor.apply(new MyOp(..), others)}, and {@code GradCheck} checks it.
 */
public interface Op {
    /** The name in messages, by default the record's name in lower camel case. */
    default String name() {
        return OpNames.DEFAULT.get(getClass());
    }

    /**
     * The shape rule: types and shapes of the outputs.
     *
     * @throws dev.steppe.kernels.ShapeException naming the op and the shapes that do not fit
     */
    TensorType[] infer(TensorType... inputs);

    /** Computes all outputs, whose memory is allocated and undefined. Inputs are only read. */
    void forward(Kernels kernels, Tensor[] inputs, Tensor[] outputs);

    /**
     * Gradients of a scalar with respect to the inputs, given its gradients with respect to the outputs, in ops. An entry may be null where no gradient
     * flows ({@link Application#needs} tells which ones are asked for); the others have the shapes of the inputs.
     */
    Tensor[] backward(Application application);

    /** An op whose only output is its only input under another shape, without moving a number. */
    interface View extends Op {
        @Override
        default void forward(Kernels kernels, Tensor[] inputs, Tensor[] outputs) {
            throw new UnsupportedOperationException("a view computes nothing");
        }
    }

    /** One use of an op on a tape, as its backward sees it. */
    interface Application {
        /** How many inputs there are. */
        int inputs();

        /** Input {@code i}, on the tape: one that had none is a constant of it. */
        Tensor input(int i);

        /** Output {@code i}. */
        Tensor output(int i);

        /** Gradient with respect to output {@code i}; zeros if nothing flows back there. */
        Tensor gradient(int i);

        /** Whether anything flows back to output {@code i}. */
        boolean hasGradient(int i);

        /** Whether the gradient of input {@code i} is asked for. */
        boolean needs(int i);

        /** The tape that the backward runs on. */
        Tape tape();
    }

    /** The numbers of {@code tensors}. */
    static Span[] spans(Tensor... tensors) {
        Span[] s = new Span[tensors.length];
        for (int i = 0; i < s.length; i++) {
            s[i] = tensors[i].span();
        }
        return s;
    }
}
