package dev.steppe.optim;

import dev.steppe.core.Buffers;
import dev.steppe.core.Parameters;
import dev.steppe.core.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The state of the engine as named values, and back. */
final class Saved {
    /** In the names of what the variant remembers: not a point. */
    static final String TABLE = "table/";

    private static final String WEIGHTS = "weights";
    private static final String BASE = "base/";
    private static final String VARIANT = "variant/";
    private static final String BUFFERS = "buffers/";
    private static final String STEP = "step";
    private static final String SEED = "seed";

    private final OptimizerState saved;
    private final Engine.State like;
    private final Set<String> read = new HashSet<>();

    private Saved(OptimizerState saved, Engine.State like) {
        this.saved = saved;
        this.like = like;
    }

    static OptimizerState of(Engine.State state) {
        Map<String, Tensor> tensors = new HashMap<>();
        Map<String, Long> longs = new HashMap<>();
        Map<String, Double> doubles = new HashMap<>();
        tensors.put(WEIGHTS, state.parameters().point().keep());
        state.base().forEach((name, point) -> tensors.put(BASE + name, point.keep()));
        state.tensors().forEach((name, point) -> tensors.put(VARIANT + name, point.keep()));
        state.numbers().forEach((name, number) -> doubles.put(VARIANT + name, number));
        for (Buffers.Entry b : state.parameters().buffers().entries()) {
            tensors.put(BUFFERS + b.name() + "/mean", b.mean().keep());
            tensors.put(BUFFERS + b.name() + "/variance", b.variance().keep());
            longs.put(BUFFERS + b.name() + "/batches", b.batches());
        }
        longs.put(STEP, state.steps());
        longs.put(SEED, state.seed());
        return new OptimizerState(tensors, longs, doubles);
    }

    /**
     * The state of an engine, in memory of its own.
     *
     * @param like a state of the same engine
     * @throws StateException if something is missing, superfluous or does not fit
     */
    static Engine.State state(OptimizerState saved, Engine.State like) {
        return new Saved(saved, like).state();
    }

    private Engine.State state() {
        Tensor weights = tensor(WEIGHTS, like.parameters().point());
        Map<String, Tensor> base = new HashMap<>();
        like.base().keySet().forEach(name -> base.put(name, tensor(BASE + name, weights)));
        Map<String, Tensor> tensors = new HashMap<>();
        own(saved.tensors()).forEach((name, key) -> tensors.put(name,
                name.startsWith(TABLE) ? get(saved.tensors(), key).keep() : tensor(key, weights)));
        Map<String, Double> numbers = new HashMap<>();
        own(saved.doubles()).forEach((name, key) -> numbers.put(name, get(saved.doubles(), key)));
        Parameters parameters = new Parameters(like.parameters().space(), weights, buffers());
        Engine.State state = new Engine.State(parameters, base, tensors, numbers, get(saved.longs(), STEP), get(saved.longs(), SEED));
        if (state.steps() < 0) { throw new StateException("saved state: 'step' is " + state.steps() + ", it must be at least 0"); }
        requireAllRead(saved.tensors());
        requireAllRead(saved.longs());
        requireAllRead(saved.doubles());
        return state;
    }

    private Buffers buffers() {
        Map<String, Buffers.Entry> byName = new HashMap<>();
        for (Buffers.Entry b : like.parameters().buffers().entries()) {
            String name = BUFFERS + b.name();
            byName.put(b.name(),
                    new Buffers.Entry(b.name(), b.handle(), tensor(name + "/mean", b.mean()), tensor(name + "/variance", b.variance()),
                            get(saved.longs(), name + "/batches")));
        }
        return like.parameters().buffers().with(byName);
    }

    /** What the variant remembers: its own name for it, and the name in the saved state. */
    private static Map<String, String> own(Map<String, ?> values) {
        Map<String, String> own = new HashMap<>();
        values.keySet().stream().filter(key -> key.startsWith(VARIANT)).forEach(key -> own.put(key.substring(VARIANT.length()), key));
        return own;
    }

    private Tensor tensor(String name, Tensor like) {
        Tensor t = get(saved.tensors(), name);
        if (!t.type().equals(like.type())) {
            throw new StateException("saved state: '" + name + "' is " + t.type() + ", this optimizer expects " + like.type());
        }
        return t.keep();
    }

    private <T> T get(Map<String, T> values, String name) {
        T value = values.get(name);
        if (value == null) { throw new StateException("saved state: '" + name + "' is missing; there are " + values.keySet()); }
        read.add(name);
        return value;
    }

    private void requireAllRead(Map<String, ?> values) {
        for (String name : values.keySet()) {
            if (!read.contains(name)) {
                throw new StateException("saved state: '" + name + "' is unknown to this optimizer, which reads " + read);
            }
        }
    }
}
