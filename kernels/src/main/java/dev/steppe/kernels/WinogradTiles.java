package dev.steppe.kernels;

/**
 * The tiles of 4 x 4 outputs that cover the output images, numbered by image, row and column. Neighbours in a row form strips, which are transformed together:
 * a whole row of tiles, or an even part of a long one.
 *
 * @param rows tiles of an image down
 * @param columns tiles of an image across
 * @param perRow strips of a row
 * @param across tiles of a strip; the last one of a row may be shorter
 * @param strips how many in all images
 * @param perBlock strips of a block
 */
record WinogradTiles(int rows, int columns, int perRow, int across, int strips, int perBlock) {
    private static final int TILE = WinogradTransform.TILE;

    /** @param most tiles of a block at most, and of a strip */
    static WinogradTiles of(int n, int outH, int outW, int most) {
        int rows = Math.ceilDiv(outH, TILE);
        int columns = Math.ceilDiv(outW, TILE);
        int perRow = Math.ceilDiv(columns, most);
        int across = Math.ceilDiv(columns, perRow);
        perRow = Math.ceilDiv(columns, across);
        return new WinogradTiles(rows, columns, perRow, across, n * rows * perRow, Math.max(1, most / across));
    }

    /** The same, with so many strips in a block. */
    WinogradTiles perBlock(int strips) {
        return new WinogradTiles(rows, columns, perRow, across, this.strips, strips);
    }

    /** Blocks, the last of which may have fewer strips. */
    int blocks() {
        return Math.ceilDiv(strips, perBlock);
    }

    /** First strip of a block; that of block {@code blocks()} is the number of strips. */
    int begin(int block) {
        return Math.min(block * perBlock, strips);
    }

    /** Tiles of a block. */
    int tilesOf(int block) {
        return first(begin(block + 1)) - first(begin(block));
    }

    /** How many in all images. */
    int count() {
        return strips / perRow * columns;
    }

    /** First tile of a strip; that of strip {@code strips} is the number of tiles. */
    int first(int strip) {
        return strip / perRow * columns + strip % perRow * across;
    }

    /** Tiles of a strip. */
    int count(int strip) {
        return Math.min(across, columns - strip % perRow * across);
    }

    int image(int strip) {
        return strip / stripsPerImage();
    }

    int stripsPerImage() {
        return rows * perRow;
    }

    /** First output row of a strip. */
    int row(int strip) {
        return strip / perRow % rows * TILE;
    }

    /** First output column of a strip. */
    int column(int strip) {
        return strip % perRow * across * TILE;
    }
}
