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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a step costs in arrays: none after the first, and as many as the catalogue says. */
class CostTest {
    private static final int SIZE = 20_000;
    /** Scalar: SIMD code allocates vectors until it is compiled, which is not what is measured here. */
    private static final Kernels KERNELS = Kernels.scalar(Workers.of(1));

    private static final Batch BATCH = Batch.of(Tensor.full(DType.F32, Shape.of(40), 0.1), Tensor.zeros(DType.F32, Shape.of(40)));

    private static Engine engine(Recipe recipe, int size, Options options) {
        Weight weight = new Weight(Shape.of(size), Role.WEIGHT, Weight.NO_FILTERS);
        Objective objective = Objective.ofLosses((Batch batch, Pass pass) -> pass.tape().constant(batch.inputs())
                .mul(pass.at(weight).mul(pass.at(weight)).sum()));
        Parameters start = new Parameters(ParameterSpace.of(Map.of("w", weight)), Tensor.full(DType.F32, Shape.of(size), 0.5),
                Buffers.none());
        return (Engine) recipe.minimise(objective, start,
                options.schedule(new ConstantSchedule(), 20).auxiliary(t -> BATCH).kernels(KERNELS));
    }

    static Stream<Recipe> recipes() {
        return Stream.concat(Stream.of(AdamW.of(0.01)),
                SamVariants.all().stream().map(entry -> entry.defaults().over(Sgd.of(0.01).momentum(0.9))));
    }

    /** A step allocates small objects only, not one point for all of the batch or for a part of it. */
    @ParameterizedTest
    @MethodSource("recipes")
    void aStepAllocatesNoPoint(Recipe recipe) {
        Engine engine = engine(recipe, SIZE, Options.defaults().clipNorm(1e-3));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int t = 0; t < 20; t++) {
            engine.step(BATCH);
        }
        long arrays = KERNELS.spans().allocations();
        long before = threads.getCurrentThreadAllocatedBytes();
        double passes = 0;
        for (int t = 0; t < 10; t++) {
            passes += engine.step(BATCH).forwards() / 10;
        }
        long perStep = (threads.getCurrentThreadAllocatedBytes() - before) / 10;
        int parts = recipe instanceof Over over && Subjects.isInParts(over.variant()) ? BATCH.size() : 1;
        assertTrue(perStep < parts * SIZE * Float.BYTES * Math.max(1, passes / 3), recipe + " allocates " + perStep + " bytes per step");
        Card card = recipe instanceof Over over ? over.variant().getClass().getAnnotation(Card.class) : null;
        // A step that is the first to climb may come late.
        long late = card != null && card.atMost() ? card.points() : 0;
        assertTrue(KERNELS.spans().allocations() - arrays <= late, recipe + " needs more arrays");
    }

    /** The arrays of the passes are used again for the new weights, momenta and memories; a displacement past the base optimizer is held
     * meanwhile, a memory that is the gradient is not held twice. */
    @Test
    void theCatalogueSaysHowManyPointsAStepNeeds() {
        List<String> wrong = new ArrayList<>();
        for (SamVariants.Entry entry : SamVariants.all()) {
            for (BaseOptimizer base : new BaseOptimizer[] {Sgd.of(0.01), Sgd.of(0.01).momentum(0.9), AdamW.of(0.01)}) {
                Engine engine = engine(entry.defaults().over(base), 8, Options.defaults());
                for (int t = 0; t < 20; t++) {
                    engine.step(BATCH);
                }
                int state = 1 + base.memory().size();
                int passes = Math.max(entry.card().points(), 1 + state + entry.card().memory() + entry.card().landing());
                int expected = state + entry.card().memory() + passes;
                int used = engine.workspace().size();
                boolean right = entry.card().atMost() ? used <= expected : used == expected;
                if (!right && (state == 1 || Math.abs(used - expected) > 1)) {
                    wrong.add(entry.name() + " over " + base + ": " + used + " points, by its card " + expected);
                }
            }
        }
        assertEquals(List.of(), wrong);
        Engine plain = engine(AdamW.of(0.01), 8, Options.defaults());
        plain.step(BATCH);
        plain.step(BATCH);
        assertEquals(3 + 1 + 3, plain.workspace().size());
    }
}
