package dev.steppe.optim.curvature;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;

/** A symmetric matrix as an operator, with EJML's eigenvalues. */
record Matrix(double[][] a) implements LinearOperator {
    /** All columns of an operator. */
    static Matrix of(LinearOperator operator) {
        int n = operator.type().shape().size();
        double[][] a = new double[n][];
        for (int i = 0; i < n; i++) {
            Tensor unit = Tensor.zeros(operator.type().dtype(), operator.type().shape());
            unit.span().set(i, 1);
            Tensor column = Tensor.zeros(operator.type().dtype(), operator.type().shape());
            operator.times(unit, column);
            a[i] = column.toDoubles();
        }
        return new Matrix(a);
    }

    static Matrix diagonal(double... d) {
        double[][] a = new double[d.length][d.length];
        for (int i = 0; i < d.length; i++) {
            a[i][i] = d[i];
        }
        return new Matrix(a);
    }

    @Override
    public TensorType type() {
        return new TensorType(DType.F64, Shape.of(a.length));
    }

    @Override
    public Kernels kernels() {
        return SmallNet.KERNELS;
    }

    @Override
    public void times(Tensor v, Tensor product) {
        double[] x = v.toDoubles();
        for (int i = 0; i < a.length; i++) {
            double sum = 0;
            for (int j = 0; j < a.length; j++) {
                sum += a[i][j] * x[j];
            }
            product.span().set(i, sum);
        }
    }

    /** Ascending, by EJML. */
    double[] eigenvalues() {
        var peer = DecompositionFactory_DDRM.eig(a.length, false, true);
        if (!peer.decompose(new DMatrixRMaj(a))) { throw new ArithmeticException("EJML found no eigenvalues"); }
        double[] values = new double[a.length];
        Arrays.setAll(values, i -> peer.getEigenvalue(i).getReal());
        Arrays.sort(values);
        return values;
    }

    double trace() {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i][i];
        }
        return sum;
    }

    double squares() {
        double sum = 0;
        for (double[] row : a) {
            for (double x : row) {
                sum += x * x;
            }
        }
        return sum;
    }
}
