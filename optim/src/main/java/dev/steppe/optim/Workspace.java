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
        return free.pop();
    }

    /** Takes back a point that nobody uses any more. */
    void give(Tensor t) {
        free.push(t);
    }

    /** Everything is free again but what is {@code used}. */
    void keep(Iterable<Tensor> used) {
        Set<Tensor> taken = Collections.newSetFromMap(new IdentityHashMap<>());
        used.forEach(taken::add);
        free.clear();
        for (Tensor t : all) {
            if (!taken.contains(t)) {
                free.add(t);
            }
        }
    }

    /** How many points there are. */
    int size() {
        return all.size();
    }
}
