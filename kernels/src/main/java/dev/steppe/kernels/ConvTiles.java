package dev.steppe.kernels;

/**
 * How the outputs are cut into tiles, by the shape alone: some whole images, or some rows of one.
 *
 * @param images images of a tile
 * @param rows output rows of a tile, of each phase
 * @param rowTiles tiles of one image
 * @param count how many tiles
 */
record ConvTiles(int images, int rows, int rowTiles, int count) {
    /** Outputs of a tile: enough to read a panel of the filter once for many, few enough that their sums stay in the second-level cache. */
    private static final int PIXELS = 1024;
    private static final int MIN_PIXELS = 64;
    /** Tiles for eight threads to share evenly. */
    private static final int TILES = 16;
    /** Floats of a staged tile: most of a second-level cache. */
    private static final int STAGED = 192 << 10;

    static ConvTiles of(ConvView view) {
        long perImage = (long) view.outH() * view.outW();
        long pixels = Math.clamp(view.n() * perImage / TILES, MIN_PIXELS, PIXELS);
        int images = Math.clamp(pixels / perImage, 1, Math.max(1, view.n()));
        while (images > 1 && staged(view, images, view.rows()) > STAGED) {
            images--;
        }
        int rows = view.rows();
        if (images == 1) {
            rows = Math.clamp(Math.ceilDiv(pixels * view.rows(), perImage), 1, view.rows());
            while (rows > 1 && staged(view, 1, rows) > STAGED) {
                rows = Math.ceilDiv(rows, 2);
            }
            rows = Math.ceilDiv(view.rows(), Math.ceilDiv(view.rows(), rows));
        }
        int rowTiles = Math.ceilDiv(view.rows(), rows);
        return new ConvTiles(images, rows, rowTiles, Math.ceilDiv(view.n(), images) * rowTiles);
    }

    private static long staged(ConvView v, int images, int rows) {
        return (long) images * (rows * v.inStep() + v.rowSpan()) * (v.columns() * v.inStep() + v.columnSpan())
                * GemmPlan.roundUp(v.in(), ConvStage.CHUNK);
    }

    /** First image of a tile. */
    int image(int tile) {
        return tile / rowTiles * images;
    }

    /** First row of a tile. */
    int row(int tile) {
        return tile % rowTiles * rows;
    }
}
