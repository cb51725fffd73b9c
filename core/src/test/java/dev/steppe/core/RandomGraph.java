package dev.steppe.core;

import dev.steppe.core.op.Reshape;
import dev.steppe.kernels.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * A random program over tensors of 24 numbers, full of what is hard for a tape: results used many times, the same operand twice, views of views, ops that
 * hand on the gradient they were given, fused ops, branches that lead nowhere.
 */
final class RandomGraph {
    private static final Shape[] SHAPES = {Shape.of(4, 6), Shape.of(6, 4), Shape.of(2, 3, 4), Shape.of(24)};

    private final long seed;
    private final int steps;
    private final boolean detaching;

    /** @param detaching whether gradients are cut off here and there, which differences do not see */
    RandomGraph(long seed, int steps, boolean detaching) {
        this.seed = seed;
        this.steps = steps;
        this.detaching = detaching;
    }

    static Tensor[] inputs(long seed, DType dtype) {
        RandomKey key = RandomKey.of(seed);
        Tensor[] inputs = new Tensor[3];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = Tensor.zeros(dtype, Shape.of(4, 6));
            for (int j = 0; j < 24; j++) {
                inputs[i].span().set(j, key.fold(i).normal(j));
            }
        }
        return inputs;
    }

    /** All results of the program, the inputs first; each has 24 numbers of moderate size. */
    List<Tensor> run(Tensor... inputs) {
        Random random = new Random(seed);
        List<Tensor> values = new ArrayList<>(List.of(inputs));
        for (int i = 0; i < steps; i++) {
            Tensor a = values.get(random.nextInt(values.size()));
            Tensor b = values.get(random.nextInt(values.size())).reshape(a.shape().dims());
            values.add(step(random, a, b));
        }
        return values;
    }

    private Tensor step(Random random, Tensor a, Tensor b) {
        return switch (random.nextInt(14)) {
            case 0 -> a.add(b);
            case 1 -> a.sub(b).times(0.5);
            case 2 -> a.add(a);
            case 3 -> a.tanh().mul(b);
            case 4 -> a.sigmoid().mul(a);
            case 5 -> a.plus(1);
            case 6 -> a.apply(new Reshape(SHAPES[random.nextInt(SHAPES.length)]));
            case 7 -> a.reshape(24).reshape(6, 4).transpose(1, 0);
            case 8 -> a.tanh().add(b.mean());
            case 9 -> Tensor.concat(0, a.reshape(2, 12).slice(0, 0, 1), b.reshape(2, 12).slice(0, 1, 2)).reshape(4, 6);
            case 10 -> batchNorm(a.reshape(6, 4), b.reshape(6, 4));
            case 11 -> a.reshape(4, 6).softmax().add(b.reshape(4, 6));
            case 12 -> a.reshape(6, 4).tanh().matmul(b.reshape(4, 6).tanh().slice(1, 1, 5)).times(0.3);
            default -> (detaching ? a.detach() : a).tanh().mul(b);
        };
    }

    private static Tensor batchNorm(Tensor a, Tensor b) {
        Tensor rows = b.tanh().slice(0, 0, 2);
        return Tensor.batchNorm(a, rows.slice(0, 0, 1).reshape(4), rows.slice(0, 1, 2).reshape(4), 0.1)[0];
    }

    /** As a function to one tensor, into which the last results and the inputs flow. */
    UnaryOperator<Tensor[]> function() {
        return in -> {
            List<Tensor> values = run(in);
            Tensor sum = in[0].reshape(24);
            for (Tensor t : values.subList(Math.max(0, values.size() - 4), values.size())) {
                sum = sum.add(t.reshape(24));
            }
            return new Tensor[] {sum};
        };
    }
}
