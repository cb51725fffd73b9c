package dev.steppe.kernels;

/**
 * Where transformed tiles lie: {@code [point, chunk of channels, tile, width]}, one plane for each point, so that each point is a matrix product of its own.
 *
 * @param channels how many; the last chunk may have fewer
 * @param width channels of a chunk
 * @param chunk floats from chunk to chunk
 * @param plane floats from point to point
 */
record WinogradPlanes(int channels, int width, int chunk, int plane) {
    /** Floats between planes: were their distance a power of two, the same tile of all planes would fall into one set of the cache. */
    private static final int PADDING = 16;

    /** @param capacity tiles that there is room for */
    static WinogradPlanes of(int channels, int width, int capacity) {
        int chunk = capacity * width;
        return new WinogradPlanes(channels, width, chunk, Math.ceilDiv(channels, width) * chunk + PADDING);
    }

    /** Floats of all of it. */
    int size() {
        return WinogradTransform.PLANES * plane;
    }

    /** Floats of one tile in all planes, rounded up to whole chunks. */
    static int perTile(int channels, int width) {
        return WinogradTransform.PLANES * GemmPlan.roundUp(channels, width);
    }

    /** Where a tile's channel lies in the first plane. */
    int at(int tile, int channel) {
        return channel / width * chunk + tile * width + channel % width;
    }
}
