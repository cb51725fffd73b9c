package dev.steppe.optim;

import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All points and tables of an optimizer, used again and again: after its first steps an optimizer allocates no array any more. */
final class Workspace {
    private final Kernels kernels;
    private final TensorType point;
    private final List<Tensor> all = new ArrayList<>();
    private final Map<TensorType, Deque<Tensor>> free = new HashMap<>();
    /** Those that were taken since the last {@link #keep}, in order. */
    private final List<Tensor> taken = new ArrayList<>();

    Workspace(Kernels kernels, Tensor like) {
        this.kernels = kernels;
        this.point = like.type();
    }

    /** A point that nobody uses; its contents are undefined. */
    Tensor take() {
        return take(point);
    }

    /** A tensor that nobody uses; its contents are undefined. */
    Tensor take(TensorType type) {
        Deque<Tensor> unused = free(type);
        if (unused.isEmpty()) {
            Tensor t = Tensor.of(type.shape(), kernels.spans().take(type.dtype(), type.shape().size()));
            all.add(t);
            unused.push(t);
        }
        taken.add(unused.peek());
        return unused.pop();
    }

    private Deque<Tensor> free(TensorType type) {
        return free.computeIfAbsent(type, t -> new ArrayDeque<>());
    }

    /** Takes back a tensor that nobody uses any more. */
    void give(Tensor t) {
        taken.removeIf(other -> other == t);
        free(t.type()).push(t);
    }

    /** A moment to go back to. */
    int mark() {
        return taken.size();
    }

    /** What was taken since {@code mark} is free again, but what is {@code used}. */
    void release(int mark, Iterable<Tensor> used) {
        Set<Tensor> kept = identities(used);
        List<Tensor> since = taken.subList(mark, taken.size());
        since.removeIf(t -> {
            if (!kept.contains(t)) {
                free(t.type()).push(t);
            }
            return !kept.contains(t);
        });
    }

    /** Everything is free again but what is {@code used}. */
    void keep(Iterable<Tensor> used) {
        Set<Tensor> kept = identities(used);
        taken.clear();
        free.clear();
        for (Tensor t : all) {
            if (!kept.contains(t)) {
                free(t.type()).add(t);
            }
        }
    }

    private static Set<Tensor> identities(Iterable<Tensor> tensors) {
        Set<Tensor> set = Collections.newSetFromMap(new IdentityHashMap<>());
        tensors.forEach(set::add);
        return set;
    }

    /** How many points there are. */
    int size() {
        return (int) all.stream().filter(t -> t.type().equals(point)).count();
    }
}
