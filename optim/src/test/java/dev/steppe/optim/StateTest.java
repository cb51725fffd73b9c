package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.Sam;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Saving, going on, and states that do not fit. */
class StateTest {
    private static final BaseOptimizer SGD = Subjects.SGD;

    static Stream<Recipe> recipes() {
        return Subjects.recipes();
    }

    private static Optimizer optimizer(Recipe recipe, TinyNet net, long seed) {
        return recipe.minimise(net.objective(), net.start(),
                Subjects.options(net, 12, 4).seed(seed).schedule(CosineSchedule.defaults(), 12).shard(4));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void aResumedRunIsTheWholeRunBitForBit(Recipe recipe) {
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            TinyNet net = new TinyNet(dtype, true, 0.3);
            Map<Integer, OptimizerState> saved = new HashMap<>();
            Optimizer whole = optimizer(recipe, net, 9);
            for (int t = 0; t < 12; t++) {
                saved.put(t, whole.state());
                whole.step(net.batch(t, 6));
            }
            for (int from : dtype == DType.F32 ? new int[] {0, 1, 7} : new int[] {7}) {
                // The seed is part of the state: what the new optimizer was made with does not matter.
                Optimizer resumed = optimizer(recipe, net, 1234);
                resumed.step(net.batch(99, 6));
                resumed.restore(saved.get(from));
                assertEquals(from, resumed.steps());
                for (int t = from; t < 12; t++) {
                    resumed.step(net.batch(t, 6));
                }
                States.assertEqual(whole.state(), resumed.state());
            }
        }
    }

    @Test
    void aStateIsAValue() {
        TinyNet net = new TinyNet(DType.F32, true, 0.3);
        Optimizer optimizer = optimizer(Sam.defaults().over(SGD), net, 9);
        optimizer.step(net.batch(0, 6));
        OptimizerState state = optimizer.state();
        OptimizerState same = optimizer.state();
        for (int t = 1; t < 4; t++) {
            optimizer.step(net.batch(t, 6));
        }
        States.assertEqual(same, state);
        optimizer.restore(state);
        optimizer.step(net.batch(5, 6));
        optimizer.step(net.batch(6, 6));
        States.assertEqual(same, state);
        assertEquals(List.of("base/momentum", "buffers/bn/mean", "buffers/bn/variance", "weights"), List.copyOf(state.tensors().keySet()));
        assertEquals(Map.of("step", 1L, "seed", 9L, "buffers/bn/batches", 1L), state.longs());
    }

    private static void assertRefused(String message, UnaryOperator<Map<String, Tensor>> change) {
        TinyNet net = new TinyNet(DType.F32, true, 0.3);
        Optimizer optimizer = optimizer(Sam.defaults().over(SGD), net, 9);
        optimizer.step(net.batch(0, 6));
        OptimizerState before = optimizer.state();
        OptimizerState wrong = new OptimizerState(change.apply(new HashMap<>(before.tensors())), before.longs(), before.doubles());
        StateException e = assertThrows(StateException.class, () -> optimizer.restore(wrong));
        assertTrue(e.getMessage().startsWith("saved state: " + message), e.getMessage());
        States.assertEqual(before, optimizer.state());
    }

    private static UnaryOperator<Map<String, Tensor>> put(String name, Tensor tensor) {
        return map -> {
            map.put(name, tensor);
            return map;
        };
    }

    private static UnaryOperator<Map<String, Tensor>> without(String name) {
        return map -> {
            map.remove(name);
            return map;
        };
    }

    @Test
    void aStateThatDoesNotFitIsRefused() {
        assertRefused("'weights' is missing; there are [base/momentum, ", without("weights"));
        assertRefused("'base/momentum' is missing", without("base/momentum"));
        assertRefused("'buffers/bn/mean' is missing", without("buffers/bn/mean"));
        assertRefused("'weights' is F32[3], this optimizer expects F32[59]", put("weights", Tensor.zeros(DType.F32, Shape.of(3))));
        assertRefused("'weights' is F64[59], this optimizer expects F32[59]", put("weights", Tensor.zeros(DType.F64, Shape.of(59))));
        assertRefused("'variant/d' is F32[2], this optimizer expects F32[59]", put("variant/d", Tensor.zeros(DType.F32, Shape.of(2))));
        assertRefused("'base/square' is unknown to this optimizer", put("base/square", Tensor.zeros(DType.F32, Shape.of(59))));
        assertRefused("'buffers/bn2/mean' is unknown to this optimizer", put("buffers/bn2/mean", Tensor.zeros(DType.F32, Shape.of(4))));
    }

    @Test
    void countersThatDoNotFitAreRefused() {
        TinyNet net = new TinyNet(DType.F32, true, 0.3);
        Optimizer optimizer = optimizer(SGD, net, 9);
        OptimizerState state = optimizer.state();
        assertThrows(StateException.class, () -> optimizer.restore(new OptimizerState(state.tensors(), Map.of("step", 1L), Map.of())));
        assertThrows(StateException.class, () -> optimizer.restore(new OptimizerState(state.tensors(), state.longs(), Map.of("x", 1.0))));
        Map<String, Long> negative = new HashMap<>(state.longs());
        negative.put("step", -1L);
        assertThrows(StateException.class, () -> optimizer.restore(new OptimizerState(state.tensors(), negative, Map.of())));
        States.assertEqual(state, optimizer.state());
    }
}
