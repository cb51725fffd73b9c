package dev.steppe.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.op.Abs;
import dev.steppe.core.op.Add;
import dev.steppe.core.op.AveragePool2d;
import dev.steppe.core.op.BatchNorm;
import dev.steppe.core.op.BatchNormInference;
import dev.steppe.core.op.BroadcastTo;
import dev.steppe.core.op.Clamp;
import dev.steppe.core.op.Concat;
import dev.steppe.core.op.Conv2d;
import dev.steppe.core.op.Divide;
import dev.steppe.core.op.Dropout;
import dev.steppe.core.op.Exp;
import dev.steppe.core.op.IndexSelect;
import dev.steppe.core.op.LayerNorm;
import dev.steppe.core.op.LeakyRelu;
import dev.steppe.core.op.Log;
import dev.steppe.core.op.LogSoftmax;
import dev.steppe.core.op.MaxPool2d;
import dev.steppe.core.op.Maximum;
import dev.steppe.core.op.Multiply;
import dev.steppe.core.op.Pow;
import dev.steppe.core.op.Relu;
import dev.steppe.core.op.Reshape;
import dev.steppe.core.op.Scale;
import dev.steppe.core.op.Shift;
import dev.steppe.core.op.Sigmoid;
import dev.steppe.core.op.Softmax;
import dev.steppe.core.op.Softplus;
import dev.steppe.core.op.Sqrt;
import dev.steppe.core.op.Subtract;
import dev.steppe.core.op.Sum;
import dev.steppe.core.op.Tanh;
import dev.steppe.core.op.Transpose;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Shapes, tensors as values, and which op a method applies. */
class TensorTest {
    @Test
    void shapes() {
        Shape s = Shape.of(2, 3, 4);
        assertEquals("[2,3,4]", s.toString());
        assertEquals(24, s.size());
        assertEquals(4, s.dim(-1));
        assertEquals(List.of(12, 4, 1), java.util.Arrays.stream(s.strides()).boxed().toList());
        assertEquals(Shape.of(2, 7, 4), s.with(-2, 7));
        assertEquals(1, Shape.scalar().size());
        assertEquals(s, Shape.of(2, 3, 4));
        assertEquals(s.hashCode(), Shape.of(2, 3, 4).hashCode());
        assertNotEquals(s, Shape.of(2, 3));
        int[] dims = {5, 6};
        Shape copied = Shape.of(dims);
        dims[0] = 7;
        copied.dims()[1] = 7;
        assertEquals(Shape.of(5, 6), copied);
        assertEquals("axis 3 of a tensor of shape [2,3,4]", assertThrows(ShapeException.class, () -> s.dim(3)).getMessage());
        assertThrows(ShapeException.class, () -> s.dim(-4));
        assertThrows(ShapeException.class, () -> Shape.of(2, -1));
        assertThrows(ShapeException.class, () -> Shape.of(1 << 16, 1 << 16));
        assertThrows(ShapeException.class, () -> Shape.of(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE));
        for (int axis = 0; axis < 4; axis++) {
            int[] empty = {1 << 30, 1 << 30, 1 << 30, 1 << 30};
            empty[axis] = 0;
            assertEquals(0, Shape.of(empty).size());
        }
    }

    @Test
    void broadcasting() {
        assertEquals(Shape.of(4, 2, 3), Shape.broadcast("x", Shape.of(2, 1), Shape.of(4, 1, 3)));
        assertEquals(Shape.of(0, 3), Shape.broadcast("x", Shape.of(1, 3), Shape.of(0, 1)));
        assertEquals("x: shapes [2,3] and [2,4] do not broadcast: 3 against 4 in axis 1",
                assertThrows(ShapeException.class, () -> Shape.broadcast("x", Shape.of(2, 3), Shape.of(2, 4))).getMessage());
    }

    @Test
    void tensorsAreValues() {
        Tensor t = Tensor.of(Shape.of(2, 2), 1.5f, 2, 3, 4);
        assertEquals("F32[2,2] {1.5, 2.0, 3.0, 4.0}", t.toString());
        assertEquals("F64[9] {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, …}", Tensor.zeros(DType.F64, Shape.of(9)).toString());
        assertEquals(7, Tensor.scalar(DType.I32, 7).item());
        assertThrows(ShapeException.class, t::item);
        assertThrows(ShapeException.class, () -> Tensor.of(Shape.of(3), 1.0f, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> t.get(4));
        assertThrows(IndexOutOfBoundsException.class, () -> t.view(3, Shape.of(2)));
        assertArrayEquals(new float[] {1.5f, 2, 3, 4}, t.toFloats());
        Tensor kept = t.keep();
        t.span().set(0, 9);
        assertEquals(1.5, kept.get(0));
        assertEquals((double) 0.1f, Tensor.scalar(DType.F64, 0.1).to(DType.F32).item());
    }

    /** The method's name, how it is called, and the op that says the same. */
    private static final Map<String, BiFunction<Tensor, Tensor, Tensor[]>> METHODS = Map.ofEntries(
            Map.entry("add", (x, y) -> new Tensor[] {x.add(y), x.apply(new Add(), y)}),
            Map.entry("sub", (x, y) -> new Tensor[] {x.sub(y), x.apply(new Subtract(), y)}),
            Map.entry("mul", (x, y) -> new Tensor[] {x.mul(y), x.apply(new Multiply(), y)}),
            Map.entry("div", (x, y) -> new Tensor[] {x.div(y), x.apply(new Divide(), y)}),
            Map.entry("maximum", (x, y) -> new Tensor[] {x.maximum(y), x.apply(new Maximum(), y)}),
            Map.entry("plus", (x, y) -> new Tensor[] {x.plus(2), x.apply(new Shift(2))}),
            Map.entry("times", (x, y) -> new Tensor[] {x.times(2), x.apply(new Scale(2))}),
            Map.entry("neg", (x, y) -> new Tensor[] {x.neg(), x.apply(new Scale(-1))}),
            Map.entry("exp", (x, y) -> new Tensor[] {x.exp(), x.apply(new Exp())}),
            Map.entry("log", (x, y) -> new Tensor[] {x.log(), x.apply(new Log())}),
            Map.entry("sqrt", (x, y) -> new Tensor[] {x.sqrt(), x.apply(new Sqrt())}),
            Map.entry("pow", (x, y) -> new Tensor[] {x.pow(3), x.apply(new Pow(3))}),
            Map.entry("abs", (x, y) -> new Tensor[] {x.abs(), x.apply(new Abs())}),
            Map.entry("relu", (x, y) -> new Tensor[] {x.relu(), x.apply(new Relu())}),
            Map.entry("leakyRelu", (x, y) -> new Tensor[] {x.leakyRelu(0.1), x.apply(new LeakyRelu(0.1))}),
            Map.entry("sigmoid", (x, y) -> new Tensor[] {x.sigmoid(), x.apply(new Sigmoid())}),
            Map.entry("tanh", (x, y) -> new Tensor[] {x.tanh(), x.apply(new Tanh())}),
            Map.entry("softplus", (x, y) -> new Tensor[] {x.softplus(), x.apply(new Softplus())}),
            Map.entry("clamp", (x, y) -> new Tensor[] {x.clamp(-0.5, 0.5), x.apply(new Clamp(-0.5, 0.5))}),
            Map.entry("dropout", (x, y) -> new Tensor[] {x.dropout(RandomKey.of(1), 0.5), x.apply(new Dropout(RandomKey.of(1), 0.5))}),
            Map.entry("reshape", (x, y) -> new Tensor[] {x.reshape(4, -1), x.apply(new Reshape(Shape.of(4, 4)))}),
            Map.entry("broadcastTo",
                    (x, y) -> new Tensor[] {x.broadcastTo(Shape.of(2, 1, 2, 2, 4)), x.apply(new BroadcastTo(Shape.of(2, 1, 2, 2, 4)))}),
            Map.entry("transpose", (x, y) -> new Tensor[] {x.transpose(0, -1, 1, 2), x.apply(new Transpose(List.of(0, 3, 1, 2)))}),
            Map.entry("sum", (x, y) -> new Tensor[] {x.sum(true, 0, -1).sum(), x.apply(new Sum(List.of(0, 1, 2, 3), false))}),
            Map.entry("softmax", (x, y) -> new Tensor[] {x.softmax(), x.apply(new Softmax())}),
            Map.entry("logSoftmax", (x, y) -> new Tensor[] {x.logSoftmax(), x.apply(new LogSoftmax())}),
            Map.entry("conv2d", (x, y) -> new Tensor[] {x.conv2d(y.slice(-2, 0, 1).reshape(1, 2, 2, 2), 1, 1, 2, 2),
                x.apply(new Conv2d(1, 1, 2, 2), y.slice(-2, 0, 1).reshape(1, 2, 2, 2))}),
            Map.entry("maxPool2d", (x, y) -> new Tensor[] {x.maxPool2d(2, 1, 1), x.apply(new MaxPool2d(2, 2, 1, 1))}),
            Map.entry("avgPool2d", (x, y) -> new Tensor[] {x.avgPool2d(2, 1, 1), x.apply(new AveragePool2d(2, 1, 1))}),
            Map.entry("concat", (x, y) -> new Tensor[] {Tensor.concat(-1, x, y), Tensor.applyAll(new Concat(3), x, y)[0]}),
            Map.entry("indexSelect", (x, y) -> new Tensor[] {x.indexSelect(-1, Tensor.of(Shape.of(2), 3, 1)),
                x.apply(new IndexSelect(3), Tensor.of(Shape.of(2), 3, 1))}),
            Map.entry("layerNorm", (x, y) -> new Tensor[] {x.layerNorm(row(y), row(x), 0.1), x.apply(new LayerNorm(0.1), row(y), row(x))}),
            Map.entry("batchNorm",
                    (x, y) -> new Tensor[] {Tensor.batchNorm(x, row(y), row(x), 0.1)[0],
                        x.apply(new BatchNorm(0.1, false), row(y), row(x))}),
            Map.entry("batchNormRelu",
                    (x, y) -> new Tensor[] {Tensor.batchNormRelu(x, row(y), row(x), 0.1)[0],
                        x.apply(new BatchNorm(0.1, true), row(y), row(x))}),
            Map.entry("batchNormAddRelu",
                    (x, y) -> new Tensor[] {Tensor.batchNormAddRelu(x, row(y), row(x), y, 0.1)[0],
                        x.apply(new BatchNorm(0.1, true), row(y), row(x), y)}),
            Map.entry("batchNormAddReluInference",
                    (x, y) -> new Tensor[] {x.batchNormAddReluInference(row(x), row(x).exp(), row(y), row(x), y, 0.1),
                        x.apply(new BatchNormInference(0.1, true), row(x), row(x).exp(), row(y), row(x), y)}),
            Map.entry("batchNormInference", (x, y) -> new Tensor[] {x.batchNormInference(row(x), row(x).exp(), row(y), row(x), 0.1),
                x.apply(new BatchNormInference(0.1, false), row(x), row(x).exp(), row(y), row(x))}),
            Map.entry("batchNormReluInference", (x, y) -> new Tensor[] {x.batchNormReluInference(row(x), row(x).exp(), row(y), row(x), 0.1),
                x.apply(new BatchNormInference(0.1, true), row(x), row(x).exp(), row(y), row(x))}));

    private static Tensor row(Tensor t) {
        return t.reshape(4, 4).slice(0, 1, 2).reshape(4);
    }

    /** Cases of their own, with an oracle and gradient checks: see MethodCases. */
    private static final Set<String> COMPOSED = Set.of("gelu", "silu", "minimum", "mean", "variance", "max", "matmul", "embedding",
            "globalAveragePool", "pad",
            "slice", "sumTo");

    @Test
    void methodsApplyTheirOp() {
        Tensor x = Fixtures.normal(DType.F64, 1, 1, 2, 2, 4);
        Tensor y = Fixtures.normal(DType.F64, 2, 1, 2, 2, 4);
        METHODS.forEach((name, method) -> {
            Tensor[] both = method.apply(x, y);
            assertEquals(both[1].type(), both[0].type(), name);
            assertArrayEquals(both[1].toDoubles(), both[0].toDoubles(), 1e-13, name);
        });
    }

    @Test
    void noMethodIsForgotten() {
        Set<String> tested = new TreeSet<>(METHODS.keySet());
        tested.addAll(COMPOSED);
        tested.addAll(Set.of("apply", "applyAll"));
        Set<String> there = Stream.of(ElementOps.class, TensorOps.class).flatMap(c -> Stream.of(c.getDeclaredMethods()))
                .filter(m -> Modifier.isPublic(m.getModifiers()) && !m.isSynthetic()).map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(tested, there);
        assertTrue(there.size() > 40);
    }

    @Test
    void ordinaryTensorsAreComputedByTheDefaultKernels() {
        Tensor x = Tensor.of(Shape.of(2), 1.0f, 2);
        assertArrayEquals(new double[] {2, 4}, x.add(x).toDoubles());
        try (Tape tape = Tape.on(Kernels.defaults())) {
            assertEquals(tape, x.add(tape.constant(x)).tape());
        }
    }
}
