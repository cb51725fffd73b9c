package dev.steppe.core;

import java.util.Arrays;

/** One application of an op on a tape, or a watched leaf (without op). Creation order is a topological order. */
final class Node implements Op.Application {
    private final Tape tape;
    private final int index;
    private final Op op;
    private final Tensor[] inputs;
    private Tensor[] outputs;
    private final Tensor[] gradients;

    Node(Tape tape, int index, Op op, Tensor[] inputs, int outputs) {
        this.tape = tape;
        this.index = index;
        this.op = op;
        this.inputs = inputs;
        this.gradients = new Tensor[outputs];
    }

    void outputs(Tensor[] outputs) {
        this.outputs = outputs;
    }

    Op op() {
        return op;
    }

    int index() {
        return index;
    }

    @Override
    public int inputs() {
        return inputs.length;
    }

    /** The slots in which a running backward pass gathers the gradients of the outputs. */
    Tensor[] slots() {
        return gradients;
    }

    /** Lets go of everything, so that a tensor somebody kept does not keep the whole graph. */
    void forget() {
        Arrays.fill(inputs, null);
        Arrays.fill(outputs, null);
        Arrays.fill(gradients, null);
    }

    boolean hasAnyGradient() {
        for (Tensor g : gradients) {
            if (g != null) { return true; }
        }
        return false;
    }

    @Override
    public Tensor input(int i) {
        return inputs[i];
    }

    @Override
    public Tensor output(int i) {
        return outputs[i];
    }

    @Override
    public Tensor gradient(int i) {
        return gradients[i] != null ? gradients[i] : tape.zeros(outputs[i].type());
    }

    @Override
    public boolean hasGradient(int i) {
        return gradients[i] != null;
    }

    @Override
    public boolean needs(int i) {
        return inputs[i].node() != null;
    }

    @Override
    public Tape tape() {
        return tape;
    }
}
