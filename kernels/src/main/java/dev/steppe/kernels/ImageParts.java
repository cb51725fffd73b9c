package dev.steppe.kernels;

/**
 * How images are cut for work that does one thing after the other to a few of them while they lie in the second-level cache: into parts for threads to share,
 * and each part into groups, one after the other. By the shape alone.
 *
 * @param images how many there are
 * @param most images of a group at most
 */
record ImageParts(int images, int most) {
    /** For eight threads to share evenly. */
    static final int PARTS = 16;
    /** Floats of a group of outputs, an eighth of a second-level cache: it also has to hold what is read and the tiles. */
    private static final int GROUP_FLOATS = 1 << 16;

    /** Some images of a part. */
    interface Group {
        /**
         * @param from first image
         * @param end image after the last
         */
        void run(int from, int end);
    }

    /** @param floats of one output image */
    static ImageParts of(int images, int floats) {
        return new ImageParts(images, Math.clamp(GROUP_FLOATS / Math.max(1, floats), 1, Math.max(1, Math.ceilDiv(images, PARTS))));
    }

    /** Runs all groups, those of a part one after the other. */
    void run(Workers workers, Group group) {
        workers.run(PARTS, part -> {
            int end = begin(part + 1);
            for (int from = begin(part); from < end; from += most) {
                group.run(from, Math.min(from + most, end));
            }
        });
    }

    /** The first image of a part. */
    int begin(int part) {
        return (int) ((long) part * images / PARTS);
    }
}
