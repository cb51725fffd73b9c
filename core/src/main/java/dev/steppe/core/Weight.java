package dev.steppe.core;

/**
 * The handle of one trainable tensor of a model: a layer keeps it and asks {@link Pass#at} for the numbers. Handles are compared by identity.
 */
public final class Weight {
    /** For {@link #filterAxis}: the weight has no filters. */
    public static final int NO_FILTERS = -1;

    private final Shape shape;
    private final Role role;
    private final int filterAxis;

    /**
     * @param filterAxis the axis that counts filters (output channels), or {@link #NO_FILTERS}
     */
    public Weight(Shape shape, Role role, int filterAxis) {
        this.shape = shape;
        this.role = role;
        this.filterAxis = filterAxis;
    }

    /** The shape of the tensor. */
    public Shape shape() {
        return shape;
    }

    /** What it is for. */
    public Role role() {
        return role;
    }

    /** The axis that counts filters (output channels), or {@link #NO_FILTERS}. */
    public int filterAxis() {
        return filterAxis;
    }
}
