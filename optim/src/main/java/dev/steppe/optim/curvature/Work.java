package dev.steppe.optim.curvature;

import dev.steppe.core.NonFiniteException;
import dev.steppe.core.Points;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.ShapeException;
import java.util.concurrent.CancellationException;

/** The products of one piece of work with an operator: counts them and the points that are held, tells the listener, and stops on an interrupt. */
final class Work implements AutoCloseable {
    private final LinearOperator operator;
    private final LinearOperator.Products opened;
    private final Points points;
    private final ProgressListener listener;
    private final String task;
    private final int total;
    private int products;
    private int held;
    private int most;

    /** @param total how many products there will be at most */
    Work(LinearOperator operator, ProgressListener listener, String task, int total) {
        if (operator.dimension() < 1) { throw new ShapeException(task + ": the operator acts on 0 numbers; are all weights frozen?"); }
        this.operator = operator;
        this.points = new Points(operator.kernels());
        this.listener = listener;
        this.task = task;
        this.total = total;
        this.opened = operator.open();
    }

    Points points() {
        return points;
    }

    LinearOperator operator() {
        return operator;
    }

    /** A point of zeros, which counts as held until it is {@link #forget given up}. */
    Tensor take() {
        held++;
        most = Math.max(most, held);
        return Tensor.zeros(operator.type().dtype(), operator.type().shape());
    }

    /** Some points will not be used any more. */
    void forget(int count) {
        held -= count;
    }

    /** How many points were held at once, those of a product included. */
    int vectors() {
        return most + operator.points();
    }

    int products() {
        return products;
    }

    void times(Tensor v, Tensor product) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException(
                    task + ": interrupted after " + products + " of " + total + " products; nothing has been changed");
        }
        opened.times(v, product);
        products++;
        if (!points.allFinite(product)) {
            throw new NonFiniteException(task + ": product " + products + " of the " + operator.provenance(0).subject()
                    + " has a number that is not finite");
        }
        listener.progress(task, products, total);
    }

    /** Normal numbers, 0 where the operator does not act. */
    void normal(RandomKey key, Tensor out) {
        for (int i = 0; i < out.size(); i++) {
            out.span().set(i, key.normal(i));
        }
        operator.restrict(out);
    }

    /** +1 or -1 with equal chances (Rademacher), 0 where the operator does not act. */
    void signs(RandomKey key, Tensor out) {
        for (int i = 0; i < out.size(); i++) {
            out.span().set(i, key.bits(i) < 0 ? -1 : 1);
        }
        operator.restrict(out);
    }

    /** What is nothing but rounding, relative to a number of the size 1. */
    double roundoff() {
        return operator.type().dtype() == DType.F32 ? 0x1p-20 : 0x1p-46;
    }

    /** Half the distance from 1 to the next number. */
    double unitRoundoff() {
        return operator.type().dtype() == DType.F32 ? 0x1p-24 : 0x1p-53;
    }

    Provenance provenance(RandomKey key) {
        return operator.provenance(key.state());
    }

    @Override
    public void close() {
        opened.close();
    }
}
