package dev.steppe.core;

import dev.steppe.kernels.ShapeException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * One walk over a tape in reverse: gathers gradients in the slots of the nodes, from the ys down to node {@code from}. Without create-graph, memory goes back
 * to the pool as soon as no slot holds it, and a gradient that nobody else sees is added to in place.
 */
final class Backward {
    private final Tape tape;
    private final List<Tensor> ys;
    private final List<Tensor> cotangents;
    private final boolean createGraph;
    private final int from;
    private final Tensor[] xs;
    /** Slots of the nodes that are wanted: they outlive the walk, and those before {@code from} may be in use by an outer walk. */
    private final Map<Node, Tensor[]> wanted = new IdentityHashMap<>();

    Backward(Tape tape, List<Tensor> ys, List<Tensor> cotangents, boolean createGraph, int from, Tensor[] xs) {
        this.tape = tape;
        this.ys = ys;
        this.cotangents = cotangents;
        this.createGraph = createGraph;
        this.from = from;
        this.xs = xs;
        for (Tensor x : xs) {
            if (x.node() != null) {
                wanted.computeIfAbsent(x.node(), n -> new Tensor[n.slots().length]);
            }
        }
    }

    /** Gradients of the xs; null where nothing flows. */
    Tensor[] run() {
        requireFitting();
        int last = ys.stream().filter(Tensor::isRecorded).mapToInt(y -> y.node().index()).max().orElse(-1);
        int mark = tape.allocated();
        try {
            seed();
            for (int i = last; i >= from; i--) {
                step(tape.node(i));
            }
        } catch (Throwable e) {
            giveUp(last, mark);
            throw e;
        }
        Tensor[] gradients = new Tensor[xs.length];
        for (int i = 0; i < xs.length; i++) {
            gradients[i] = xs[i].node() == null ? null : wanted.get(xs[i].node())[xs[i].output()];
        }
        for (Tensor[] slots : wanted.values()) {
            for (Tensor g : slots) {
                if (g != null) {
                    g.storage().handOver(tape.depth());
                }
            }
        }
        return gradients;
    }

    private void requireFitting() {
        if (ys.size() != cotangents.size()) {
            throw new ShapeException("gradients: " + ys.size() + " ys, but " + cotangents.size() + " cotangents");
        }
        for (int i = 0; i < ys.size(); i++) {
            Tensor y = ys.get(i);
            if (y.node() != null && y.tape() != tape) {
                throw new TapeException("gradients: y " + i + " " + y.type() + " belongs to another tape");
            }
            Tensor cotangent = cotangents.get(i);
            if (!y.type().equals(cotangent.type())) {
                throw new ShapeException("gradients: y " + i + " is " + y.type() + ", its cotangent " + cotangent.type());
            }
            if (cotangent.tape() != null && cotangent.tape() != tape) {
                throw new TapeException(
                        "gradients: cotangent " + i + " " + cotangent.type() + " belongs to another tape; keep() it first");
            }
        }
    }

    /** Puts the cotangents into the slots of the ys. */
    private void seed() {
        for (int i = 0; i < ys.size(); i++) {
            if (ys.get(i).node() != null) {
                Tensor cotangent = cotangents.get(i);
                // As an operand of an op: what is computed of it alone comes from the pool, by the tape's kernels.
                accumulate(ys.get(i), cotangent.tape() == null ? tape.constant(cotangent) : cotangent);
            }
        }
    }

    /** Leaves no gradient of a walk that failed: the next one would add to it. What was recorded on the way stays until the tape closes. */
    private void giveUp(int last, int mark) {
        for (int i = last; i >= from; i--) {
            clear(tape.node(i).slots());
        }
        wanted.values().forEach(this::clear);
        if (!createGraph) {
            tape.sweep(mark);
        }
    }

    private void step(Node node) {
        if (node.op() == null || !node.hasAnyGradient()) { return; }
        int mark = tape.allocated();
        Tensor[] gradients = tape.backward(node, createGraph);
        if (gradients.length != node.inputs()) {
            throw new ShapeException(
                    node.op().name() + ": backward gave " + gradients.length + " gradients for " + node.inputs() + " inputs");
        }
        handOn(node, gradients);
        clear(node.slots());
        if (!createGraph) {
            tape.sweep(mark);
        }
    }

    /** An op may give one tensor to several inputs: it is held, and so neither added to nor given back, until the last of them has it. */
    private void handOn(Node node, Tensor[] gradients) {
        for (Tensor g : gradients) {
            if (g != null) {
                g.storage().hold();
            }
        }
        int i = 0;
        try {
            for (; i < gradients.length; i++) {
                handOn(node, i, gradients[i]);
                letGo(gradients[i]);
            }
        } finally {
            for (; i < gradients.length; i++) {
                letGo(gradients[i]);
            }
        }
    }

    private void handOn(Node node, int i, Tensor gradient) {
        if (gradient == null || !node.needs(i)) { return; }
        Tensor input = node.input(i);
        if (!gradient.type().equals(input.type())) {
            throw new ShapeException(
                    node.op().name() + ": backward gave input " + i + ", " + input.type() + ", a gradient " + gradient.type());
        }
        accumulate(input, gradient);
    }

    private static void letGo(Tensor gradient) {
        if (gradient != null) {
            gradient.storage().drop();
        }
    }

    private void clear(Tensor[] slots) {
        for (int i = 0; i < slots.length; i++) {
            if (slots[i] != null) {
                drop(slots[i]);
                slots[i] = null;
            }
        }
    }

    private void accumulate(Tensor to, Tensor gradient) {
        Node node = to.node();
        Tensor[] keep = wanted.get(node);
        if (keep != null) {
            add(node, keep, to.output(), gradient);
        }
        if (node.index() >= from && node.op() != null) {
            add(node, node.slots(), to.output(), gradient);
        }
    }

    private void add(Node node, Tensor[] slots, int i, Tensor gradient) {
        Tensor sum = slots[i];
        if (sum == null) {
            slots[i] = gradient;
            gradient.storage().hold();
            return;
        }
        if (!createGraph && isOurs(sum.storage()) && sum.storage().holders() == 1) {
            tape.kernels().points().axpy(1, gradient.span(), sum.span());
        } else {
            slots[i] = tape.backward(createGraph, () -> sum.add(gradient));
            slots[i].storage().hold();
            drop(sum);
        }
        tape.guardSum(node, slots[i]);
    }

    /** Whether memory was allocated by a backward step of this walk: no activation, no result of an earlier walk, nothing that an outer walk reads. */
    private boolean isOurs(Storage storage) {
        return storage.tape() == tape && storage.depth() > tape.depth();
    }

    private void drop(Tensor gradient) {
        Storage s = gradient.storage();
        if (s.drop() == 0 && !createGraph && isOurs(s)) {
            s.release();
        }
    }
}
