package dev.steppe.kernels;

/**
 * How a product is cut, by its shape and the lane count alone: C into blocks of {@code mc x nc}, k into blocks of {@code kc}, and a long k over a small C into
 * slabs whose partial products are added in order.
 *
 * @param mc rows of a block of C and of a packed block of A; a multiple of {@link GemmMicro#MR}
 * @param nc columns of a block of C and of a packed block of B; a multiple of {@link GemmMicro#NR}
 * @param kc length of a packed block along k
 * @param rowBlocks blocks of C down
 * @param columnBlocks blocks of C across
 * @param slab k of one slab, a multiple of {@code kc}
 * @param slabs how many slabs
 * @param sharesB whether B is packed as a whole before all, because several blocks of A need it
 */
record GemmPlan(int mc, int nc, int kc, int rowBlocks, int columnBlocks, int slab, int slabs, boolean sharesB) {
    /** A packed panel of B of this length, KC x NR floats, is 48 KiB with 16 lanes: the first-level cache. Shorter ones cost more passes over C than they save. */
    private static final int KC = 384;
    /** With KC a packed block of A of 288 KiB, which stays in the second-level cache beside the block of C. */
    private static final int MC = 192;
    /** So wide that A is packed once, for all columns of most products. */
    private static final int NC = 3072;
    /** Blocks get no smaller than this, so that packing stays small beside multiplying. */
    private static final int MIN_BLOCK = 48;
    /** Tiles for eight threads to share: blocks are halved until there are as many. */
    private static final int TILES = 12;
    /** Multiply-adds that are worth a tile of their own, some tens of microseconds. */
    private static final long TILE_WORK = 1 << 21;
    /** A whole B is packed up to this many floats; beyond, each tile packs what it needs. */
    private static final long SHARED_FLOATS = 1 << 24;

    static GemmPlan of(GemmShape s) {
        int mc = Math.min(MC, roundUp(s.m(), GemmMicro.MR));
        int nc = Math.min(NC, roundUp(s.n(), GemmMicro.NR));
        while (tiles(s, mc, nc) < TILES && (long) mc * nc * s.k() > TILE_WORK && Math.max(mc, nc) > MIN_BLOCK) {
            if (mc > MIN_BLOCK) {
                mc = roundUp(mc / 2, GemmMicro.MR);
            } else {
                nc = roundUp(nc / 2, GemmMicro.NR);
            }
        }
        int kBlocks = Math.max(1, Math.ceilDiv(s.k(), KC));
        int kc = Math.ceilDiv(s.k(), kBlocks);
        long wanted = Math.min(Math.ceilDiv(TILES, tiles(s, mc, nc)), (long) s.m() * s.n() * s.k() / TILE_WORK);
        int slabBlocks = s.batch() == 1 ? Math.ceilDiv(kBlocks, Math.clamp(wanted, 1, Math.ceilDiv(kBlocks, 4))) : kBlocks;
        int rowBlocks = Math.ceilDiv(s.m(), mc);
        boolean sharesB = (rowBlocks > 1 || s.batch() > 1 && s.strideB() == 0)
                && (long) productsB(s) * s.k() * roundUp(s.n(), GemmMicro.NR) <= SHARED_FLOATS;
        return new GemmPlan(mc, nc, kc, rowBlocks, Math.ceilDiv(s.n(), nc), slabBlocks * kc, Math.ceilDiv(kBlocks, slabBlocks), sharesB);
    }

    /** How many different B there are. */
    static int productsB(GemmShape s) {
        return s.strideB() == 0 ? 1 : s.batch();
    }

    /** Tiles of one product, slabs included. */
    int tilesPerProduct() {
        return rowBlocks * columnBlocks * slabs;
    }

    /** Tiles in a hand-over to a thread. */
    int tilesPerRun() {
        return (int) Math.max(1, TILE_WORK / 4 / Math.max(1, (long) mc * nc * slab));
    }

    private static int tiles(GemmShape s, int mc, int nc) {
        return Math.clamp((long) s.batch() * Math.ceilDiv(s.m(), mc) * Math.ceilDiv(s.n(), nc), 1, Integer.MAX_VALUE);
    }

    static int roundUp(int value, int multiple) {
        return Math.ceilDiv(value, multiple) * multiple;
    }
}
