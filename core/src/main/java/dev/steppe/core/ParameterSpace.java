package dev.steppe.core;

import dev.steppe.kernels.ShapeException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The layout of all trainable numbers of a model in one contiguous run: named segments, in order, without gaps. Immutable. */
public final class ParameterSpace {
    /**
     * One weight's part of every point.
     *
     * @param name unique, in PyTorch's style: {@code layer1.0.conv1.weight}
     * @param weight the handle, with shape, role and filter axis
     * @param offset index of the first number
     * @param frozen whether the weight stays as it is: its gradient is not computed and no optimizer changes it
     */
    public record Segment(String name, Weight weight, int offset, boolean frozen) {
        /** Shape of the weight. */
        public Shape shape() {
            return weight.shape();
        }

        /** What the weight is for. */
        public Role role() {
            return weight.role();
        }

        /** Number of elements. */
        public int size() {
            return weight.shape().size();
        }
    }

    private final List<Segment> segments;
    private final Map<Weight, Segment> byWeight = new IdentityHashMap<>();
    private final int size;

    private ParameterSpace(List<Segment> segments) {
        this.segments = List.copyOf(segments);
        int end = 0;
        for (Segment s : segments) {
            byWeight.put(s.weight(), s);
            end = s.offset() + s.size();
        }
        this.size = end;
    }

    /**
     * The space of named weights, laid out in the map's order.
     *
     * @throws IllegalArgumentException if one weight has two names
     */
    public static ParameterSpace of(Map<String, Weight> weights) {
        List<Segment> segments = new ArrayList<>();
        Set<Weight> seen = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
        long offset = 0;
        for (Map.Entry<String, Weight> e : weights.entrySet()) {
            if (!seen.add(e.getValue())) {
                throw new IllegalArgumentException(
                        "parameter space: weight '" + e.getKey() + "' " + e.getValue().shape() + " is already there under another name");
            }
            segments.add(new Segment(e.getKey(), e.getValue(), Math.toIntExact(offset), false));
            offset += e.getValue().shape().size();
            if (offset > Integer.MAX_VALUE - 64) {
                throw new ShapeException("parameter space: more than " + (Integer.MAX_VALUE - 64) + " numbers at '" + e.getKey() + "'");
            }
        }
        return new ParameterSpace(segments);
    }

    /** The segments, in order. */
    public List<Segment> segments() {
        return segments;
    }

    /** How many numbers a point has. */
    public int size() {
        return size;
    }

    /** How many numbers are not frozen. */
    public int trainableSize() {
        return segments.stream().filter(s -> !s.frozen()).mapToInt(Segment::size).sum();
    }

    /**
     * The segment of a weight.
     *
     * @throws IllegalArgumentException if the weight is not part of this space
     */
    public Segment segment(Weight weight) {
        Segment s = byWeight.get(weight);
        if (s == null) {
            throw new IllegalArgumentException(
                    "a weight of shape " + weight.shape() + " is not part of this parameter space of " + segments.size() + " segments");
        }
        return s;
    }

    /**
     * The segment with this name.
     *
     * @throws IllegalArgumentException listing names if there is none
     */
    public Segment segment(String name) {
        for (Segment s : segments) {
            if (s.name().equals(name)) { return s; }
        }
        Set<String> names = new LinkedHashSet<>();
        segments.forEach(s -> names.add(s.name()));
        throw new IllegalArgumentException("no parameter is named '" + name + "'; there are " + names);
    }

    /** The same layout with exactly the segments frozen that {@code which} accepts. */
    public ParameterSpace freeze(Predicate<Segment> which) {
        return new ParameterSpace(segments.stream().map(s -> new Segment(s.name(), s.weight(), s.offset(), which.test(s))).toList());
    }

    /** The part of {@code point} that belongs to a segment: a view, not a copy, in the weight's shape. */
    public Tensor view(Tensor point, Segment segment) {
        requirePoint(point);
        return point.view(segment.offset(), segment.shape());
    }

    /**
     * Checks that a tensor is a point of this space.
     *
     * @throws ShapeException if it is not one-dimensional of {@link #size}, F32 or F64
     */
    public void requirePoint(Tensor point) {
        if (point.shape().rank() != 1 || point.size() != size || !point.dtype().isFloating()) {
            throw new ShapeException("a point of this space is F32 or F64 [" + size + "], got " + point.type());
        }
    }
}
