package dev.steppe.nn;

import dev.steppe.core.Buffers;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Role;
import dev.steppe.core.RunningStatistics;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.kernels.DType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;

/**
 * A model or a part of one: a tree of layers, each with weights of its own, under PyTorch's names ({@code layer1.0.conv1.weight}). A layer holds no numbers:
 * its weights are handles, and a {@link Pass} says at which point of the {@link ParameterSpace} it computes. So a layer never changes after its constructor,
 * and any number of threads may use one.
 *
 * <pre>{@code
 * final class Net extends Layer {
 *     private final Linear in = child("in", new Linear(2, 64));
 *     private final Linear out = child("out", new Linear(64, 2));
 *
 *     protected Tensor compute(Tensor x, Pass pass) {
 *         return out.forward(in.forward(x, pass).relu(), pass);
 *     }
 * }
 * }</pre>
 *
 * <p>It is not called Module because {@code java.lang} has a class of that name.
 */
public abstract class Layer implements Objective.Forward {
    /** Told of every forward that runs while it is bound: how {@link Summary} sees shapes. */
    static final ScopedValue<Consumer<Visit>> VISITOR = ScopedValue.newInstance();

    /** One forward of one layer. */
    record Visit(Layer layer, Shape input, Shape output) {
    }

    private record Own(Weight weight, Initialiser initialiser) {
    }

    private final Map<String, Layer> children = new LinkedHashMap<>();
    private final Map<String, Own> weights = new LinkedHashMap<>();
    private RunningStatistics statistics;
    private Layer parent;
    private String name = "";

    /** A layer without weights and children; a subclass adds its own. */
    protected Layer() {
    }

    /** A layer without weights that applies a function, for example {@code Layer.of("relu", Tensor::relu)}. */
    public static Layer of(String kind, UnaryOperator<Tensor> function) {
        return new Function(kind, function);
    }

    /**
     * Applies this layer.
     *
     * @param x images {@code [n, h, w, c]}, or what this layer documents
     * @param pass where the weights come from, and whether this is training
     * @throws dev.steppe.kernels.ShapeException if x does not fit
     */
    @Override
    public final Tensor forward(Tensor x, Pass pass) {
        return visited(x, compute(x, pass));
    }

    /** Tells the visitor, if there is one, that this layer made y of x. */
    final Tensor visited(Tensor x, Tensor y) {
        if (VISITOR.isBound()) {
            VISITOR.get().accept(new Visit(this, x.shape(), y.shape()));
        }
        return y;
    }

    /** What {@link #forward} does; called by it alone. */
    protected abstract Tensor compute(Tensor x, Pass pass);

    /** What kind of layer this is, for {@link Summary}: by default the name of the class. */
    protected String kind() {
        return getClass().getSimpleName();
    }

    /** How many multiply-adds one forward from {@code input} to {@code output} takes; what is not a product with a weight counts as none. */
    protected long multiplyAdds(Shape input, Shape output) {
        return 0;
    }

    /**
     * Makes {@code layer} a part of this one.
     *
     * @param name its name within this layer, without dots
     * @return the layer
     * @throws IllegalArgumentException if the name is taken or malformed, or the layer is part of another one
     */
    protected final <L extends Layer> L child(String name, L layer) {
        requireFree(name);
        Layer part = layer;
        if (part.parent != null || part == root()) {
            throw new IllegalArgumentException(
                    "layer '" + name + "': this " + part.kind() + " is already a part of a model, as '" + part.path() + "'");
        }
        part.parent = this;
        part.name = name;
        children.put(name, part);
        return layer;
    }

    /**
     * Adds a weight to this layer.
     *
     * @param name within this layer, without dots: {@code weight} or {@code bias}
     * @param filterAxis the axis that counts output channels, or {@link Weight#NO_FILTERS}
     * @return the handle, to be given to {@link Pass#at}
     */
    protected final Weight weight(String name, Shape shape, Role role, int filterAxis, Initialiser initialiser) {
        requireFree(name);
        Weight weight = new Weight(shape, role, filterAxis);
        weights.put(name, new Own(weight, Objects.requireNonNull(initialiser, "initialiser")));
        return weight;
    }

    /** Gives this layer a running mean and variance; a layer has one pair at most. */
    protected final RunningStatistics statistics(int channels, double momentum) {
        if (statistics != null) { throw new IllegalStateException(kind() + ": a layer has one pair of running statistics at most"); }
        statistics = new RunningStatistics(channels, momentum);
        return statistics;
    }

    /** The parts of this layer, by name, in the order they were added. */
    public final Map<String, Layer> children() {
        return Collections.unmodifiableMap(children);
    }

    /** The names from the root of the model to this layer, joined by dots: {@code layer1.0.conv1}; empty for the root. */
    public final String path() {
        return parent == null ? name : join(parent.path(), name);
    }

    /** All layers by their path below this one (whose own is empty), each before its children. */
    public final Map<String, Layer> tree() {
        Map<String, Layer> all = new LinkedHashMap<>();
        gather("", all);
        return all;
    }

    /** The layout of all weights: PyTorch's order, where a layer's own weights come before those of its children. Names are relative to this layer. */
    public final ParameterSpace space() {
        Map<String, Weight> all = new LinkedHashMap<>();
        tree().forEach((path, layer) -> layer.weights.forEach((name, own) -> all.put(join(path, name), own.weight())));
        return ParameterSpace.of(all);
    }

    /** Initial running statistics of all layers that have some: mean 0, variance 1. */
    public final Buffers initialBuffers(DType dtype) {
        Map<String, RunningStatistics> all = new LinkedHashMap<>();
        tree().forEach((path, layer) -> {
            if (layer.statistics != null) {
                all.put(path, layer.statistics);
            }
        });
        return Buffers.initial(dtype, all);
    }

    /** Initial weights and statistics in F32. */
    public final Parameters initialPoint(long seed) {
        return initialPoint(seed, DType.F32);
    }

    /** Initial weights and statistics; those in F32 are those in F64, rounded. */
    public final Parameters initialPoint(long seed, DType dtype) {
        ParameterSpace space = space();
        Tensor point = Tensor.zeros(dtype, Shape.of(space.size()));
        RandomKey root = RandomKey.of(seed);
        tree().forEach((path, layer) -> layer.weights.forEach((name, own) -> {
            ParameterSpace.Segment segment = space.segment(own.weight());
            IntToDoubleFunction numbers = own.initialiser().numbers(segment.shape(), root.fold(segment.name()));
            for (int i = 0; i < segment.size(); i++) {
                point.span().set(segment.offset() + i, numbers.applyAsDouble(i));
            }
        }));
        return new Parameters(space, point, initialBuffers(dtype));
    }

    /** How many numbers the weights of this layer have, without its children. */
    final long ownParameters() {
        return weights.values().stream().mapToLong(own -> own.weight().shape().size()).sum();
    }

    private Layer root() {
        return parent == null ? this : parent.root();
    }

    private void gather(String path, Map<String, Layer> into) {
        into.put(path, this);
        children.forEach((name, layer) -> layer.gather(join(path, name), into));
    }

    private void requireFree(String name) {
        if (name.isBlank() || name.contains(".")) {
            throw new IllegalArgumentException(kind() + ": '" + name + "' is no name for a part: it must not be blank or contain a dot");
        }
        if (children.containsKey(name) || weights.containsKey(name)) {
            throw new IllegalArgumentException(kind() + ": there already is a part named '" + name + "'");
        }
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static final class Function extends Layer {
        private final String kind;
        private final UnaryOperator<Tensor> function;

        Function(String kind, UnaryOperator<Tensor> function) {
            this.kind = kind;
            this.function = function;
        }

        @Override
        protected Tensor compute(Tensor x, Pass pass) {
            return function.apply(x);
        }

        @Override
        protected String kind() {
            return kind;
        }
    }
}
