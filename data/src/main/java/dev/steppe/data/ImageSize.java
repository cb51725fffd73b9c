package dev.steppe.data;

/** Height and width of an image, in pixels. */
record ImageSize(int height, int width) {
    /** For example {@code 32x48 (height x width)}. */
    @Override
    public String toString() {
        return height + "x" + width + " (height x width)";
    }
}
