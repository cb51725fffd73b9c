package dev.steppe.optim;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** All points of an optimizer, used again and again: after its first steps an optimizer allocates no array any more. */
final class Workspace {
    private final Kernels kernels;
    private final DType dtype;
    private final int size;
    private final List<Tensor> all = new ArrayList<>();
    private final Deque<Tensor> free = new ArrayDeque<>();
    /** Those that were taken since the last {@link #keep}, in order. */
    private final List<Tensor> taken = new ArrayList<>();

    Workspace(Kernels kernels, Tensor like) {
        this.kernels = kernels;
        this.dtype = like.dtype();
        this.size = like.size();
    }

    /** A point that nobody uses; its contents are undefined. */
    Tensor take() {
        if (free.isEmpty()) {
            Tensor t = Tensor.of(Shape.of(size), kernels.spans().take(dtype, size));
            all.add(t);
            free.push(t);
        }
        taken.add(free.peek());
        return free.pop();
    }

    /** Takes back a point that nobody uses any more. */
    void give(Tensor t) {
        taken.removeIf(other -> other == t);
        free.push(t);
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
                free.push(t);
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
                free.add(t);
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
        return all.size();
    }
}
