package dev.steppe.optim.sam;

import dev.steppe.core.ParameterSpace;
import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.optim.SamStep;
import dev.steppe.optim.algebra.Qr;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Points whose matrices are seen in a subspace of low rank: {@code Q' G} instead of G, one orthonormal Q per matrix; other tensors as they are. */
final class LowRank {
    /** What is smaller on the diagonal of R, in units of its first number, is rounding: half the digits of a float. */
    private static final double RANK_TOLERANCE = 1e-4;

    /**
     * One tensor.
     *
     * @param from where it begins in a point
     * @param rows of the matrix
     * @param columns of the matrix; 1 if it is none
     * @param rank columns of Q; 0 if the tensor is no matrix
     * @param basis where Q begins
     * @param low where {@code Q' G} begins
     * @param frozen whether there is no G
     */
    private record Block(int from, int rows, int columns, int rank, int basis, int low, boolean frozen) {
        int lowSize() {
            return rank == 0 ? rows : rank * columns;
        }
    }

    private final List<Block> blocks;

    private LowRank(List<Block> blocks) {
        this.blocks = blocks;
    }

    static LowRank of(ParameterSpace space, int rank) {
        List<Block> blocks = new ArrayList<>();
        int basis = 0;
        int low = 0;
        for (Segment s : space.segments()) {
            int dims = s.shape().rank();
            int columns = dims < 2 || s.size() == 0 ? 1 : s.shape().dim(dims - 1);
            int rows = s.size() / columns;
            int r = dims < 2 ? 0 : Math.min(rank, Math.min(rows, columns));
            Block block = new Block(s.offset(), rows, columns, r, basis, low, s.frozen());
            blocks.add(block);
            basis += rows * r;
            low += block.lowSize();
        }
        return new LowRank(blocks);
    }

    /** Room for {@code Q' G} and what is like it. */
    Tensor blank(SamStep step) {
        Block last = blocks.getLast();
        return step.blank(new TensorType(step.weights().dtype(), Shape.of(last.low() + last.lowSize())));
    }

    /**
     * {@code Q = qr(G Omega)} for each matrix; Omega is the beginning of its part of {@code omega}. Where G has less rank, columns of Q are open, that is 0: what
     * rounding leaves of G there is no direction to follow.
     */
    Tensor basis(SamStep step, Tensor g, Tensor omega) {
        Block last = blocks.getLast();
        Tensor basis = step.blank(new TensorType(g.dtype(), Shape.of(last.basis() + last.rows() * last.rank())));
        for (Block b : blocks) {
            if (b.rank() > 0) {
                write(b, factors(b, g, omega), basis);
            }
        }
        return basis;
    }

    /** Whether a matrix that is trained has open columns. */
    boolean isOpen(Tensor basis) {
        return blocks.stream().anyMatch(b -> isOpen(b, basis));
    }

    private static boolean isOpen(Block b, Tensor basis) {
        return !b.frozen() && columns(b, basis) < b.rank();
    }

    /** The same basis, but that of G for a matrix whose G has more rank than when its columns were left open. */
    Tensor grown(SamStep step, Tensor basis, Tensor g, Tensor omega) {
        Tensor next = step.blank(basis.type());
        step.points().copy(basis, next);
        for (Block b : blocks) {
            if (isOpen(b, basis)) {
                Qr qr = factors(b, g, omega);
                if (IntStream.range(0, b.rank()).filter(k -> !isOpen(qr, k)).count() > columns(b, basis)) {
                    write(b, qr, next);
                }
            }
        }
        return next;
    }

    private static void write(Block b, Qr qr, Tensor basis) {
        for (int i = 0; i < b.rows() * b.rank(); i++) {
            int k = i % b.rank();
            basis.span().set(b.basis() + i, isOpen(qr, k) ? 0 : qr.q()[i / b.rank()][k]);
        }
    }

    private static Qr factors(Block b, Tensor g, Tensor omega) {
        double[][] sketch = new double[b.rows()][b.rank()];
        for (int i = 0; i < b.rows(); i++) {
            for (int c = 0; c < b.columns(); c++) {
                double x = g.get(b.from() + i * b.columns() + c);
                for (int k = 0; k < b.rank(); k++) {
                    sketch[i][k] += x * omega.get(b.from() + c * b.rank() + k);
                }
            }
        }
        return Qr.of(sketch);
    }

    private static boolean isOpen(Qr qr, int column) {
        return qr.r()[column][column] <= RANK_TOLERANCE * qr.r()[0][0];
    }

    /** How many columns are not open. */
    private static long columns(Block b, Tensor basis) {
        return IntStream.range(0, b.rank())
                .filter(k -> IntStream.range(0, b.rows()).anyMatch(i -> basis.get(b.basis() + i * b.rank() + k) != 0)).count();
    }

    /** {@code low = Q' g} for each matrix, the others as they are. */
    void project(Tensor basis, Tensor g, Tensor low) {
        for (Block b : blocks) {
            for (int k = 0; k < Math.max(1, b.rank()); k++) {
                for (int c = 0; c < b.lowSize() / Math.max(1, b.rank()); c++) {
                    double sum = 0;
                    for (int i = 0; i < b.rows() && b.rank() > 0; i++) {
                        sum += basis.get(b.basis() + i * b.rank() + k) * g.get(b.from() + i * b.columns() + c);
                    }
                    low.span().set(b.low() + k * b.columns() + c, b.rank() == 0 ? g.get(b.from() + c) : sum);
                }
            }
        }
    }

    /** {@code out = Q low} for each matrix, the others as they are. */
    void lift(Tensor basis, Tensor low, Tensor out) {
        for (Block b : blocks) {
            for (int i = 0; i < b.rows(); i++) {
                for (int c = 0; c < b.columns(); c++) {
                    double sum = b.rank() == 0 ? low.get(b.low() + i) : 0;
                    for (int k = 0; k < b.rank(); k++) {
                        sum += basis.get(b.basis() + i * b.rank() + k) * low.get(b.low() + k * b.columns() + c);
                    }
                    out.span().set(b.from() + i * b.columns() + c, sum);
                }
            }
        }
    }

    /** The beginning of each matrix of a point, as many numbers as there are in the subspace; the others whole. */
    void begin(Tensor point, Tensor low) {
        for (Block b : blocks) {
            for (int i = 0; i < b.lowSize(); i++) {
                low.span().set(b.low() + i, point.get(b.from() + i));
            }
        }
    }
}
