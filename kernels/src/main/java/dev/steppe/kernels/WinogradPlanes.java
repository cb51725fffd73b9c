package dev.steppe.kernels;

/**
 * Where transformed tiles lie: {@code [block, chunk of channels, point, tile, width]}, so that each point of a block is a matrix product of its own. Blocks have
 * room for {@link #TILES} tiles each, which makes the distances of points constants, whatever the images.
 *
 * @param channels how many; the last chunk may have fewer
 * @param width channels of a chunk
 * @param plane floats from point to point
 */
record WinogradPlanes(int channels, int width, int plane) {
    /** Tiles of a block at most. */
    static final int TILES = 96;
    /** Floats between planes: were their distance a power of two, the same tile of all planes would fall into one set of the cache. */
    private static final int PADDING = 16;
    /** Input channels of a chunk. */
    static final int CHUNK = 16;
    /** Floats from point to point of inputs. */
    static final int INPUT_PLANE = TILES * CHUNK + PADDING;
    /** Floats from chunk to chunk of inputs. */
    static final int INPUT_CHUNK = WinogradTransform.PLANES * INPUT_PLANE;
    /** Floats from point to point of outputs, whose chunks are one or two vectors wide. */
    static final int OUTPUT_PLANE = TILES * 2 * Simd.LANES + PADDING;

    /** V, transformed inputs. */
    static WinogradPlanes inputs(int channels) {
        return new WinogradPlanes(channels, CHUNK, INPUT_PLANE);
    }

    /** M or W, products or transformed gradients of outputs. */
    static WinogradPlanes outputs(int channels) {
        return new WinogradPlanes(channels, WinogradMicro.width(channels), OUTPUT_PLANE);
    }

    /** Floats of a block. */
    int block() {
        return Math.ceilDiv(channels, width) * WinogradTransform.PLANES * plane;
    }

    /** Floats that are used for each tile. */
    int perTile() {
        return WinogradTransform.PLANES * GemmPlan.roundUp(channels, width);
    }

    /** Where a tile's channel lies at a point. */
    int at(int point, int tile, int channel) {
        return (channel / width * WinogradTransform.PLANES + point) * plane + tile * width + channel % width;
    }
}
