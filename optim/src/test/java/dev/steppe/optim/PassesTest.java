package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Objective;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.ShapeException;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.sam.Vasso;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the passes of a step share and what only the first of them does; batches in parts. */
class PassesTest {
    private static final BaseOptimizer SGD = Subjects.SGD;

    private static Optimizer optimizer(Recipe recipe, TinyNet net, Options options) {
        return recipe.minimise(net.objective(), net.start(), options.kernels(Toy.KERNELS));
    }

    static Stream<SamVariant> variants() {
        return Subjects.variants();
    }

    private static Buffers.Entry statistics(Optimizer optimizer) {
        return optimizer.current().buffers().entries().iterator().next();
    }

    /** Exactly once, by the first pass; where that is at the weights, on the whole batch, they are those of a plain optimizer. */
    @ParameterizedTest
    @MethodSource("variants")
    void statisticsAreCollectedOncePerStepAndAsByAPlainOptimizer(SamVariant variant) {
        TinyNet net = new TinyNet(DType.F64, true, 0);
        Optimizer sam = optimizer(variant.over(SGD), net, Subjects.options(net, 5, 6));
        Optimizer plain = optimizer(SGD, net, Options.defaults());
        double[] start = net.start().point().toDoubles();
        List<Boolean> atWeights = new ArrayList<>();
        List<Integer> examples = new ArrayList<>();
        net.hook = pass -> atWeights.add(Arrays.equals(start, pass.parameters().point().toDoubles()));
        net.examples = examples::add;
        sam.step(net.batch(0, 6));
        plain.step(net.batch(0, 6));
        assertEquals(1, statistics(sam).batches());
        if (atWeights.getFirst() && examples.getFirst() == 6) {
            assertArrayEquals(statistics(plain).mean().toDoubles(), statistics(sam).mean().toDoubles(), 1e-15);
            assertArrayEquals(statistics(plain).variance().toDoubles(), statistics(sam).variance().toDoubles(), 1e-14);
        }
        for (int t = 1; t < 5; t++) {
            sam.step(net.batch(t, 6));
        }
        assertEquals(5, statistics(sam).batches());
    }

    /** Over 100 steps, and as the model sees them. */
    @Test
    void passesAreThoseOfTheCatalogue() {
        for (SamVariants.Entry entry : SamVariants.all()) {
            Toy toy = new Toy("seed.json", DType.F64);
            double[] seen = new double[1];
            Objective counting = Objective.ofLosses((batch, pass) -> {
                seen[0] += batch.size() / 4.0;
                return toy.objective.losses(batch, pass);
            });
            Optimizer optimizer = entry.defaults().over(SGD).minimise(counting, toy.start, Options.defaults()
                    .schedule(new ConstantSchedule(), 100).auxiliary(t -> toy.batches.get((int) (t + 1) % 3)).kernels(Toy.KERNELS));
            double forwards = 0;
            double backwards = 0;
            for (int t = 0; t < 100; t++) {
                StepReport report = optimizer.step(toy.batches.get(t % 3));
                forwards += report.forwards();
                backwards += report.backwards();
            }
            assertEquals(seen[0], forwards, 1e-9, entry.name() + " went forward");
            if (entry.card().atMost()) {
                assertTrue(forwards <= 100 * entry.card().forwards() + 1e-9 && forwards > 0, entry.name() + ": " + forwards);
                assertTrue(backwards <= 100 * entry.card().backwards() + 1e-9 && backwards > 0, entry.name() + ": " + backwards);
            } else {
                assertEquals(100 * entry.card().forwards(), forwards, 1e-9, entry.name() + ", forwards");
                assertEquals(100 * entry.card().backwards(), backwards, 1e-9, entry.name() + ", backwards");
            }
        }
    }

    /** The statistics of a batch in parts are those of the batch, whatever the parts. */
    @Test
    void statisticsOfPartsAreMerged() {
        TinyNet net = new TinyNet(DType.F64, true, 0);
        Optimizer whole = optimizer(SGD, net, Options.defaults());
        whole.step(net.batch(0, 7));
        for (Options options : List.of(Options.defaults().microBatch(3), Options.defaults().shard(3),
                Options.defaults().shard(4).microBatch(3))) {
            Optimizer parts = optimizer(Sam.defaults().over(SGD), net, options);
            parts.step(net.batch(0, 7));
            assertEquals(1, statistics(parts).batches());
            assertArrayEquals(statistics(whole).mean().toDoubles(), statistics(parts).mean().toDoubles(), 1e-15);
            assertArrayEquals(statistics(whole).variance().toDoubles(), statistics(parts).variance().toDoubles(), 1e-14);
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void allPassesOfAStepSeeTheSameMasksAndNoTwoStepsDo(SamVariant variant) {
        TinyNet net = new TinyNet(DType.F32, true, 0.5);
        List<double[]> masks = new ArrayList<>();
        List<RandomKey> keys = new ArrayList<>();
        net.hook = pass -> {
            keys.add(pass.key());
            masks.add(Tensor.full(DType.F32, Shape.of(64), 1).dropout(pass.key().fold("dropout"), 0.5).toDoubles());
        };
        assumeFalse(variant.toString().contains("MSharpness") || Subjects.isInParts(variant),
                "the parts of a batch have masks of their own");
        Optimizer optimizer = optimizer(variant.over(SGD), net, Subjects.options(net, 6, 6).seed(3));
        List<double[]> steps = new ArrayList<>();
        for (int t = 0; t < 6; t++) {
            masks.clear();
            optimizer.step(net.batch(0, 6));
            assertFalse(masks.isEmpty());
            for (double[] mask : masks) {
                assertArrayEquals(masks.getFirst(), mask);
            }
            for (double[] earlier : steps) {
                assertFalse(Arrays.equals(earlier, masks.getFirst()), "step " + t + " has the masks of another");
            }
            steps.add(masks.getFirst());
        }
        Optimizer other = optimizer(SGD, net, Options.defaults().seed(4));
        masks.clear();
        other.step(net.batch(0, 6));
        assertFalse(Arrays.equals(steps.getFirst(), masks.getFirst()), "another seed, the same masks");
    }

    /** Parts of a batch have masks of their own, the same in both passes. */
    @Test
    void partsHaveTheirOwnMasks() {
        TinyNet net = new TinyNet(DType.F32, false, 0.5);
        List<RandomKey> keys = new ArrayList<>();
        net.hook = pass -> keys.add(pass.key());
        optimizer(Sam.defaults().over(SGD), net, Options.defaults().microBatch(2)).step(net.batch(0, 6));
        assertEquals(keys.subList(0, 3), keys.subList(3, 6));
        assertEquals(3, keys.stream().distinct().count());
        keys.clear();
        optimizer(Sam.defaults().over(SGD), net, Options.defaults().shard(2)).step(net.batch(0, 6));
        assertEquals(3, keys.stream().distinct().count());
        assertEquals(keys.get(0), keys.get(1), "first shard");
        assertEquals(keys.get(4), keys.get(5), "last shard");
    }

    @ParameterizedTest
    @MethodSource("variants")
    void fourPartsOfEightAreOneBatchOfThirtyTwo(SamVariant variant) {
        TinyNet net = new TinyNet(DType.F64, false, 0);
        double[] weights = new double[32];
        Arrays.setAll(weights, i -> (1 + i % 3) / 60.0);
        for (boolean weighted : new boolean[] {false, true}) {
            Optimizer whole = optimizer(variant.over(SGD), net, Subjects.options(net, 4, 32));
            Optimizer eights = optimizer(variant.over(SGD), net, Subjects.options(net, 4, 32).microBatch(8));
            Optimizer uneven = optimizer(variant.over(SGD), net, Subjects.options(net, 4, 32).microBatch(5));
            double rounding = Subjects.rounding(variant);
            for (int t = 0; t < 4; t++) {
                Batch batch = weighted ? net.batch(t, 32).weighted(weights) : net.batch(t, 32);
                StepReport expected = whole.step(batch);
                StepReport report = eights.step(batch);
                uneven.step(batch);
                assertEquals(expected.loss(), report.loss(), rounding);
                assertEquals(expected.forwards(), report.forwards());
                double[] w = whole.current().point().toDoubles();
                assertTrue(Toy.distance(eights.current().point().toDoubles(), w) <= rounding, "in eights");
                assertTrue(Toy.distance(uneven.current().point().toDoubles(), w) <= rounding, "in fives");
            }
        }
    }

    /** m-sharpness by its definition: a perturbation for each shard, the mean of the perturbed gradients. */
    @Test
    void shardsAveragePerturbedGradients() {
        TinyNet net = new TinyNet(DType.F64, false, 0);
        Batch batch = net.batch(0, 20);
        Optimizer shards = optimizer(Sam.defaults().rho(0.3).over(Sgd.of(1)), net, Options.defaults().shard(8));
        StepReport report = shards.step(batch);
        double[] w = net.start().point().toDoubles();
        double[] expected = w.clone();
        double sharpness = 0;
        for (int from = 0; from < 20; from += 8) {
            int to = Math.min(20, from + 8);
            Optimizer alone = optimizer(Sam.defaults().rho(0.3).over(Sgd.of(1)), net, Options.defaults());
            sharpness += (to - from) / 20.0 * alone.step(batch.slice(from, to)).sharpness();
            double[] moved = alone.current().point().toDoubles();
            for (int i = 0; i < w.length; i++) {
                expected[i] += (to - from) / 20.0 * (moved[i] - w[i]);
            }
        }
        assertTrue(Toy.distance(shards.current().point().toDoubles(), expected) <= 1e-12);
        assertEquals(sharpness, report.sharpness(), 1e-12);
        assertEquals(0.3, report.perturbationNorm(), 1e-9);
        assertEquals(2, report.forwards(), 1e-12);
        double[] weights = new double[20];
        Arrays.fill(weights, 1.0 / 20);
        Optimizer weighted = optimizer(Sam.defaults().rho(0.3).over(Sgd.of(1)), net, Options.defaults().shard(8));
        assertEquals(report.loss(), weighted.step(batch.weighted(weights)).loss(), 1e-12);
        assertTrue(Toy.distance(weighted.current().point().toDoubles(), expected) <= 1e-10);
    }

    /** Each shard remembers for itself. */
    @Test
    void shardsOfAVariantWithMemory() {
        TinyNet net = new TinyNet(DType.F64, false, 0);
        Optimizer shards = optimizer(Vasso.defaults().rho(0.3).theta(0.4).over(SGD), net, Options.defaults().shard(8));
        for (int t = 0; t < 3; t++) {
            shards.step(net.batch(t, 20));
        }
        var tensors = shards.state().tensors();
        assertTrue(tensors.keySet().containsAll(List.of("variant/direction", "variant/direction#1", "variant/direction#2")),
                tensors.keySet().toString());
        assertTrue(Toy.distance(tensors.get("variant/direction").toDoubles(), tensors.get("variant/direction#1").toDoubles()) > 0.01);
    }

    @Test
    void anEmptyBatchIsRefused() {
        TinyNet net = new TinyNet(DType.F64, false, 0);
        Optimizer optimizer = optimizer(SGD, net, Options.defaults());
        ShapeException e = assertThrows(ShapeException.class, () -> optimizer.step(net.batch(0, 4).slice(2, 2)));
        assertEquals("step 0: a batch of 0 examples has no mean loss", e.getMessage());
    }
}
