package dev.steppe.core.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Shape;
import dev.steppe.core.Tape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.core.op.OpCase.Sample;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What does not fit is refused by a typed error with numbers; what is empty is not. */
class OpErrorTest {
    private static final Kernels KERNELS = Kernels.on(Workers.of(1));

    @TestFactory
    Stream<DynamicTest> wrongOperandsAreRefusedWithNumbers() {
        return OpCases.all().stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> {
            int number = 0;
            for (Supplier<Sample> error : c.errors()) {
                String what = c.name() + ", error " + number++;
                RuntimeException e = assertThrows(RuntimeException.class, () -> run(error.get(), DType.F64), what);
                assertTrue(e instanceof ShapeException || e instanceof IndexOutOfBoundsException, what + " gives " + e);
                assertTrue(e.getMessage().matches("[a-zA-Z0-9]+( \\S+)?: .*(\\d|\\[\\]).*|axis -?\\d+ of a tensor of shape .*"),
                        what + " says: " + e.getMessage());
            }
        }));
    }

    @Test
    void messagesNameTheOpAndTheNumbers() {
        RuntimeException e = assertThrows(ShapeException.class,
                () -> run(OpCases.ops().stream().filter(c -> c.name().equals("Conv2d")).findFirst()
                        .orElseThrow().errors().getFirst().get(), DType.F64));
        assertEquals("conv2d: input has 16 channels, filter expects 32 (x [8,4,4,16], w [3,3,32,64])", e.getMessage());
        Tensor x = Tensor.zeros(DType.F64, Shape.of(2, 3));
        assertEquals("sum: axes [-1] of [2,3], which has axes 0 to 1",
                assertThrows(ShapeException.class, () -> new Sum(List.of(-1), true).infer(x.type())).getMessage());
        assertEquals("sumTo: shapes [2] and [2,3] do not broadcast: 2 against 3 in axis 1",
                assertThrows(ShapeException.class, () -> x.sumTo(Shape.of(2))).getMessage());
        assertEquals("sumTo: [2,3] cannot become [1,2,3], which does not broadcast to it",
                assertThrows(ShapeException.class, () -> x.sumTo(Shape.of(1, 2, 3))).getMessage());
    }

    @TestFactory
    Stream<DynamicTest> emptyTensorsAreComputed() {
        return Stream.of(DType.F32, DType.F64)
                .flatMap(dtype -> OpCases.all().stream().map(c -> DynamicTest.dynamicTest(c.name() + " " + dtype, () -> {
                    for (int seed = 0; seed < 3; seed++) {
                        Sample s = c.empty().apply(new Draw(seed));
                        assertTrue(s.op() == null || Arrays.stream(s.inputs()).anyMatch(t -> t.size() == 0) || s.op() instanceof Slice
                                || s.op() instanceof BroadcastTo, "nothing is empty");
                        run(s, dtype);
                    }
                })));
    }

    /** Forward and backward; gradients have the types of the inputs. */
    private static void run(Sample s, DType dtype) {
        try (Tape tape = Tape.on(KERNELS)) {
            Tensor[] in = Arrays.stream(s.inputs()).map(t -> tape.watch(t.dtype() == DType.F64 ? t.to(dtype) : t)).toArray(Tensor[]::new);
            Tensor[] out = Arrays.stream(s.f().apply(in)).filter(Tensor::isRecorded).toArray(Tensor[]::new);
            Tensor[] cotangents = Arrays.stream(out).map(t -> tape.filled(t.type(), 1)).toArray(Tensor[]::new);
            Tensor[] gradients = tape.gradients(List.of(out), List.of(cotangents), true, in);
            for (int i = 0; i < in.length; i++) {
                TensorType type = in[i].type();
                assertEquals(type, gradients[i].type());
            }
        }
    }
}
