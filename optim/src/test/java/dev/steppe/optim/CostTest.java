package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Sgd;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a step costs in arrays: none after the first, and as many as the catalogue says. */
class CostTest {
    private static final int SIZE = 100_000;
    /** Scalar: SIMD code allocates vectors until it is compiled, which is not what is measured here. */
    private static final Kernels KERNELS = Kernels.scalar(Workers.of(1));
    private static final Weight WEIGHT = new Weight(Shape.of(SIZE), Role.WEIGHT, Weight.NO_FILTERS);

    private static final Batch BATCH = Batch.of(Tensor.of(Shape.of(4), 0.1f, 0.2f, 0.3f, 0.4f), Tensor.of(Shape.of(4), 0f, 0f, 0f, 0f));

    private static Engine engine(Recipe recipe, Options options) {
        Objective objective = Objective.ofLosses((Batch batch, Pass pass) -> pass.tape().constant(batch.inputs())
                .mul(pass.at(WEIGHT).mul(pass.at(WEIGHT)).sum()));
        Parameters start = new Parameters(ParameterSpace.of(Map.of("w", WEIGHT)), Tensor.full(DType.F32, Shape.of(SIZE), 0.5),
                Buffers.none());
        return (Engine) recipe.minimise(objective, start,
                options.schedule(new ConstantSchedule(), 20).auxiliary(t -> BATCH).kernels(KERNELS));
    }

    static Stream<Recipe> recipes() {
        return Stream.of(Sgd.of(0.01).momentum(0.9), AdamW.of(0.01)).flatMap(
                base -> Stream.concat(Stream.of(base), SamVariants.all().stream().map(entry -> entry.defaults().over(base))));
    }

    /** A step allocates small objects only: not even a tenth of one point. */
    @ParameterizedTest
    @MethodSource("recipes")
    void aStepAllocatesNoPoint(Recipe recipe) {
        for (Options options : new Options[] {Options.defaults(), Options.defaults().clipNorm(1e-3)}) {
            Engine engine = engine(recipe, options);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            for (int t = 0; t < 10; t++) {
                engine.step(BATCH);
            }
            long arrays = KERNELS.spans().allocations();
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int t = 0; t < 10; t++) {
                engine.step(BATCH);
            }
            long perStep = (threads.getCurrentThreadAllocatedBytes() - before) / 10;
            assertTrue(perStep < SIZE * Float.BYTES / 4, recipe + " allocates " + perStep + " bytes per step");
            assertEquals(arrays, KERNELS.spans().allocations());
        }
    }

    /** The arrays of the passes are used again for the new weights and momenta. */
    @Test
    void theCatalogueSaysHowManyPointsAStepNeeds() {
        for (SamVariants.Entry entry : SamVariants.all()) {
            for (BaseOptimizer base : new BaseOptimizer[] {Sgd.of(0.01), Sgd.of(0.01).momentum(0.9), AdamW.of(0.01)}) {
                Engine engine = engine(entry.defaults().over(base), Options.defaults());
                for (int t = 0; t < 20; t++) {
                    engine.step(BATCH);
                }
                int state = 1 + base.memory().size();
                int needed = Math.max(entry.card().points(), 1 + state);
                int expected = state + entry.card().memory() + needed;
                int used = engine.workspace().size();
                assertTrue(entry.card().atMost() ? used <= expected : used == expected,
                        entry.name() + " over " + base + " uses " + used + " points, its card says " + expected);
            }
        }
        Engine plain = engine(AdamW.of(0.01), Options.defaults());
        plain.step(BATCH);
        plain.step(BATCH);
        assertEquals(3 + 1 + 3, plain.workspace().size());
    }
}
