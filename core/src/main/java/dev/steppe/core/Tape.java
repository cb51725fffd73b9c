package dev.steppe.core;

import dev.steppe.core.op.Reshape;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Records the ops applied to watched tensors and gives gradients in reverse mode. A tape owns the memory of everything computed on it: it comes from the
 * pool of its {@link Kernels} and goes back when the tape closes. One tape serves one thread; many tapes may share one {@code Kernels}.
 *
 * <pre>{@code
 * try (Tape tape = Tape.on(kernels)) {
 *     Tensor x = tape.watch(Tensor.of(Shape.of(3), 1.0, 2.0, 3.0));
 *     Tensor[] g = tape.gradients(x.mul(x).sum(), x);          // 2 x
 * }
 * }</pre>
 */
public final class Tape implements AutoCloseable {
    private final Kernels kernels;
    private final String guard;
    private final boolean inference;
    private final ArrayList<Node> nodes = new ArrayList<>();
    private final ArrayList<Storage> scope = new ArrayList<>();
    private boolean recording;
    /** How many backward walks that release their memory are under way, one inside the other. */
    private int depth;
    /** How many backwards of ops are under way, one inside the other. */
    private int nesting;
    private boolean closed;

    private Tape(Kernels kernels, boolean inference, String guard) {
        this.kernels = Objects.requireNonNull(kernels, "kernels");
        this.inference = inference;
        this.recording = !inference;
        this.guard = guard;
    }

    /** A recording tape. */
    public static Tape on(Kernels kernels) {
        return new Tape(kernels, false, null);
    }

    /** A tape that only computes: {@link #watch} gives constants. */
    public static Tape inference(Kernels kernels) {
        return inference(kernels, null);
    }

    /** The same with a guard, if {@code step} is not null. */
    static Tape inference(Kernels kernels, String step) {
        return new Tape(kernels, true, step);
    }

    /**
     * A recording tape that checks every result of every op, forward and backward, and throws {@link NonFiniteException} at the first that is NaN or infinite.
     *
     * @param step what the message calls this pass, for example {@code step 12}
     */
    public static Tape guarded(Kernels kernels, String step) {
        return new Tape(kernels, false, Objects.requireNonNull(step, "step"));
    }

    /** The kernels that compute for this tape. */
    public Kernels kernels() {
        return kernels;
    }

    /** Whether ops on watched tensors are being recorded just now. */
    public boolean isRecording() {
        return recording;
    }

    /** How many ops and leaves are recorded. */
    public int size() {
        return nodes.size();
    }

    /** A leaf over the memory of {@code tensor}: gradients can be taken with respect to it. */
    public Tensor watch(Tensor tensor) {
        requireOpen();
        if (inference || !tensor.dtype().isFloating()) { return constant(tensor); }
        Node leaf = new Node(this, nodes.size(), null, new Tensor[0], 1);
        Tensor out = new Tensor(tensor.type(), tensor.storage(), tensor.span(), this, leaf, 0);
        leaf.outputs(new Tensor[] {out});
        nodes.add(leaf);
        return out;
    }

    /** The same numbers on this tape, as a constant. */
    public Tensor constant(Tensor tensor) {
        requireOpen();
        return new Tensor(tensor.type(), tensor.storage(), tensor.span(), this, null, 0);
    }

    /** Zeros in memory of this tape. */
    public Tensor zeros(TensorType type) {
        return filled(type, 0);
    }

    /** Equal numbers in memory of this tape. */
    public Tensor filled(TensorType type, double value) {
        Tensor t = allocate(type, null, 0);
        kernels.move().fill(t.span(), value);
        return t;
    }

    /**
     * Applies an op; it is recorded if an input is.
     *
     * @return all outputs
     * @throws TapeException if the tape is closed or an input belongs to another tape
     */
    Tensor[] apply(Op op, Tensor... inputs) {
        requireOpen();
        TensorType[] types = new TensorType[inputs.length];
        boolean recorded = false;
        for (int i = 0; i < inputs.length; i++) {
            if (inputs[i].tape() != null && inputs[i].tape() != this) {
                throw new TapeException(
                        op.name() + ": input " + i + " " + inputs[i].type() + " belongs to another tape; keep() it first");
            }
            types[i] = inputs[i].type();
            recorded |= inputs[i].node() != null;
        }
        TensorType[] results = op.infer(types);
        Node node = recording && recorded ? new Node(this, nodes.size(), op, onTape(inputs), results.length) : null;
        Tensor[] outputs = new Tensor[results.length];
        if (op instanceof Op.View) {
            outputs[0] = new Tensor(results[0], inputs[0].storage(), inputs[0].span(), this, node, 0);
        } else {
            for (int i = 0; i < outputs.length; i++) {
                outputs[i] = allocate(results[i], results[i].dtype().isFloating() ? node : null, i);
            }
            op.forward(kernels, inputs, outputs);
            if (nesting == 0) {
                guard(op.name(), "forward", "output", outputs);
            }
        }
        if (node != null) {
            node.outputs(outputs.clone());
            nodes.add(node);
        }
        return outputs;
    }

    /** The same tensors, those without a tape as constants of this one: what a backward computes of them alone comes from the pool, by these kernels. */
    private Tensor[] onTape(Tensor[] tensors) {
        Tensor[] all = tensors.clone();
        for (int i = 0; i < all.length; i++) {
            if (all[i].tape() == null) {
                all[i] = constant(all[i]);
            }
        }
        return all;
    }

    /**
     * Gradients of the scalar {@code y} with respect to each of {@code xs}; zeros where y does not depend on one. What the backward pass needs in between is
     * released as it goes; the gradients live until the tape closes.
     *
     * @throws ShapeException if y is not a single number
     */
    public Tensor[] gradients(Tensor y, Tensor... xs) {
        return gradients(y, false, xs);
    }

    /** As {@link #gradients(Tensor, Tensor...)}; with {@code createGraph} the backward pass is recorded, so that the gradients can be differentiated. */
    public Tensor[] gradients(Tensor y, boolean createGraph, Tensor... xs) {
        if (y.size() != 1) {
            throw new ShapeException(
                    "gradients: y must be a single number, but has shape " + y.shape() + "; sum it, or give its cotangent");
        }
        return gradients(List.of(y), List.of(filled(y.type(), 1)), createGraph, xs);
    }

    /**
     * Vector-Jacobian product: gradients of {@code sum over i of <ys[i], cotangents[i]>}.
     *
     * @param cotangents as many as ys, of their shapes
     * @throws TapeException within the backward of an op
     */
    public Tensor[] gradients(List<Tensor> ys, List<Tensor> cotangents, boolean createGraph, Tensor... xs) {
        requireOpen();
        if (inference) { throw new TapeException("gradients: an inference tape records nothing; use Tape.on(kernels)"); }
        if (nesting > 0) { throw new TapeException("gradients: called within the backward of an op; use tape.vjp(..) there"); }
        for (Tensor x : xs) {
            if (x.tape() != this) {
                throw new TapeException("gradients: " + x.type() + " is not on this tape; watch it before it is used");
            }
        }
        Tensor[] gradients = new Backward(this, ys, cotangents, createGraph, 0, xs).run();
        for (int i = 0; i < xs.length; i++) {
            if (gradients[i] == null) {
                gradients[i] = zeros(xs[i].type());
            }
        }
        return gradients;
    }

    /**
     * The gradient of {@code sum <f(inputs), cotangents>} with f written in ops: how a fused op states its backward, by the plain ops that it fuses. Entries are
     * null where nothing flows. Everything but the result is forgotten unless a graph is being created.
     */
    public Tensor[] vjp(UnaryOperator<Tensor[]> f, Tensor[] inputs, Tensor[] cotangents) {
        boolean createGraph = recording;
        int start = nodes.size();
        Tensor[] at = inputs.clone();
        recording = true;
        try {
            for (int i = 0; i < at.length; i++) {
                at[i] = inputs[i].isRecorded() ? ownNode(inputs[i], createGraph) : inputs[i];
            }
            int mark = nodes.size();
            Tensor[] ys = f.apply(at);
            return new Backward(this, List.of(ys), List.of(cotangents), createGraph, mark, at).run();
        } finally {
            recording = createGraph;
            if (!createGraph) {
                nodes.subList(start, nodes.size()).clear();
            }
        }
    }

    /** The same numbers at a node of their own, so that two operands that are one tensor have two gradients. */
    private Tensor ownNode(Tensor t, boolean createGraph) {
        return createGraph ? apply(new Reshape(t.shape()), t)[0] : watch(t);
    }

    /**
     * What is computed from now on, for who knows which of it will be read again.
     *
     * <pre>{@code
     * Tape.Scope scope = tape.scope();
     * Tensor y = scope.keep(x.matmul(a).relu());       // on an inference tape the product is given back
     * }</pre>
     */
    public Scope scope() {
        return new Scope();
    }

    /** What a tape computed since some moment. */
    public final class Scope {
        private final int mark = scope.size();

        private Scope() {
        }

        /**
         * Says that of everything computed since this scope began only {@code result} is needed. An inference tape gives the rest back to the pool, where it is still warm in
         * the cache for what comes next; it can be read no more. A recording tape needs it for the way back and keeps it.
         *
         * @return the result
         * @throws TapeException if the tape is closed
         */
        public Tensor keep(Tensor result) {
            requireOpen();
            if (inference) {
                result.storage().hold();
                sweep(Math.min(mark, scope.size()));
                result.storage().drop();
            }
            return result;
        }
    }

    /** Gives all memory back to the pool. Tensors of this tape can no longer be read. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            scope.forEach(Storage::release);
            scope.clear();
            nodes.forEach(Node::forget);
            nodes.clear();
        }
    }

    boolean isClosed() {
        return closed;
    }

    Node node(int index) {
        return nodes.get(index);
    }

    /**
     * Runs a part of a backward pass. With create-graph it is recorded, and what it computes lives as long as the tape; otherwise it is one level deeper, and
     * {@link #sweep} releases what no gradient slot holds.
     */
    <T> T backward(boolean createGraph, Supplier<T> part) {
        boolean outer = recording;
        recording = createGraph;
        depth += createGraph ? 0 : 1;
        try {
            return part.get();
        } finally {
            depth -= createGraph ? 0 : 1;
            recording = outer;
        }
    }

    /** The gradients that an op gives its inputs. What goes wrong in the ops that its backward is written in is put down to this op. */
    Tensor[] backward(Node node, boolean createGraph) {
        nesting++;
        try {
            Tensor[] gradients = backward(createGraph, () -> node.op().backward(node));
            if (nesting == 1) {
                guard(node.op().name(), "backward", "gradient of input", gradients);
            }
            return gradients;
        } finally {
            nesting--;
        }
    }

    /** Checks a sum of gradients that reached one tensor by several ways. */
    void guardSum(Node node, Tensor sum) {
        if (guard != null && nesting == 0) {
            guard(node.op() == null ? "leaf" : node.op().name(), "backward", "sum of gradients of output", sum);
        }
    }

    /** Releases what was allocated since {@code mark} and is held by no gradient slot. */
    void sweep(int mark) {
        int kept = mark;
        for (int i = mark; i < scope.size(); i++) {
            Storage s = scope.get(i);
            if (s.holders() == 0) {
                s.release();
            } else {
                scope.set(kept++, s);
            }
        }
        scope.subList(kept, scope.size()).clear();
    }

    int allocated() {
        return scope.size();
    }

    int depth() {
        return depth;
    }

    private Tensor allocate(TensorType type, Node node, int output) {
        requireOpen();
        Span span = kernels.spans().take(type.dtype(), type.shape().size());
        Storage storage = new Storage(this, span, depth);
        scope.add(storage);
        return new Tensor(type, storage, span, this, node, output);
    }

    private void guard(String name, String direction, String what, Tensor... tensors) {
        if (guard == null) { return; }
        for (int i = 0; i < tensors.length; i++) {
            Tensor t = tensors[i];
            if (t != null && t.dtype() != DType.I32 && !kernels.points().allFinite(t.span())) {
                throw new NonFiniteException(
                        guard + ": " + name + " " + direction + ": " + what + " " + i + " " + t.type() + " is not finite");
            }
        }
    }

    private void requireOpen() {
        if (closed) { throw new TapeException("this tape is closed"); }
    }
}
