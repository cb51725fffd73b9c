package dev.steppe.nn;

import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import java.util.function.IntToDoubleFunction;

/** Forward passes of tests. */
final class Run {
    private Run() {
    }

    /** One forward in evaluation mode. */
    static Tensor evaluate(Layer model, Parameters parameters, Tensor x) {
        return forward(model, parameters, x, Pass.Mode.EVALUATION, 0);
    }

    /** One forward in the given mode, with the key of a seed. */
    static Tensor forward(Layer model, Parameters parameters, Tensor x, Pass.Mode mode, long seed) {
        try (Tape tape = Tape.inference(Kernels.defaults())) {
            return model.forward(tape.constant(x), new Pass(tape, parameters, mode, RandomKey.of(seed))).keep();
        }
    }

    /** A tensor with the given numbers by index. */
    static Tensor filled(DType dtype, Shape shape, IntToDoubleFunction numbers) {
        Tensor t = Tensor.zeros(dtype, shape);
        for (int i = 0; i < t.size(); i++) {
            t.span().set(i, numbers.applyAsDouble(i));
        }
        return t;
    }

    /** Standard normal numbers. */
    static Tensor normal(DType dtype, Shape shape, long seed) {
        return filled(dtype, shape, RandomKey.of(seed)::normal);
    }
}
