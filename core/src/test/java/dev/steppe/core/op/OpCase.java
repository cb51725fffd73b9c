package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Tensor;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * How one op, or one method composed of ops, is tested.
 *
 * @param name of the op's class, or of the method
 * @param samples a valid use with F64 inputs, as random as can be
 * @param empty a valid use in which an axis has size 0
 * @param errors uses that must be refused
 * @param oracle what output 0 must be, by the definition, in plain loops over {@code double}
 */
record OpCase(String name, Function<Draw, Sample> samples, Function<Draw, Sample> empty, List<Supplier<Sample>> errors, Oracle oracle) {
    /**
     * One use.
     *
     * @param op whose case it is, or null for a method
     * @param f what is checked, by default the op itself
     * @param inputs F64 or I32
     */
    record Sample(Op op, UnaryOperator<Tensor[]> f, Tensor... inputs) {
        static Sample of(Op op, Tensor... inputs) {
            return new Sample(op, in -> Tensor.applyAll(op, in), inputs);
        }

        static Sample of(UnaryOperator<Tensor[]> f, Tensor... inputs) {
            return new Sample(null, f, inputs);
        }

        /** A method of one output. */
        static Sample ofOne(Function<Tensor[], Tensor> f, Tensor... inputs) {
            return of(in -> new Tensor[] {f.apply(in)}, inputs);
        }
    }

    /** The definition of an op. */
    @FunctionalInterface
    interface Oracle {
        double[] values(Sample sample);
    }

    @Override
    public String toString() {
        return name;
    }
}
