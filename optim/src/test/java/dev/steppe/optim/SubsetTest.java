package dev.steppe.optim;

import static dev.steppe.optim.Vec.plus;
import static dev.steppe.optim.Vec.times;
import static dev.steppe.optim.Vec.unit;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.CaSam;
import dev.steppe.optim.sam.CleanExamples;
import dev.steppe.optim.sam.ImbSam;
import dev.steppe.optim.sam.RareClasses;
import dev.steppe.optim.sam.Subset;
import dev.steppe.optim.sam.TailClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Variants whose perturbation comes from some of the examples, and how these are chosen. */
class SubsetTest {
    @Test
    void imbSam() {
        Paper.assertFollowed(random -> {
            double rho = random.nextDouble(0.01, 0.4);
            double weight = random.nextDouble(0.5, 3);
            int[] tail = IntStream.range(0, 5).filter(i -> random.nextInt(3) == 0).toArray();
            int[] head = IntStream.range(0, 5).filter(i -> IntStream.of(tail).noneMatch(j -> j == i)).toArray();
            return new Paper.Pair(new ImbSam(rho, weight, step -> tail, 0), () -> (p, w, t) -> {
                if (tail.length == 0) { return p.gradient(w, t); }
                double[] up = p.gradient(plus(w, rho, unit(p.gradient(w, t, tail))), t, tail);
                double[] rare = times(weight * tail.length / 5, up);
                return head.length == 0 ? rare : plus(rare, head.length / 5.0, p.gradient(w, t, head));
            });
        });
    }

    /** Sharpness and cosine compare gradients of the same examples: those of the tail. */
    @Test
    void theReportComparesTheSameExamples() {
        Regression p = new Regression(new SplittableRandom(8));
        ImbSam sam = new ImbSam(0.3, 1, step -> new int[] {1, 3}, 0);
        StepReport report = p.minimise(sam.over(Sgd.of(0.1)), DType.F64, Options.defaults()).step(p.batch(0));
        double[] g = p.gradient(p.start, 0, 1, 3);
        double[] place = plus(p.start, 0.3, unit(g));
        double rise = p.loss(place, 0, 1) + p.loss(place, 0, 3) - p.loss(p.start, 0, 1) - p.loss(p.start, 0, 3);
        assertEquals(rise / 5, report.sharpness(), 1e-14);
        assertEquals(Vec.dot(unit(g), unit(p.gradient(place, 0, 1, 3))), report.cosine(), 1e-14);
        assertEquals(0.3, report.perturbationNorm(), 1e-14);
    }

    /** With a scripted choice, and with the default one: an average of exp(-loss) at the perturbed place, above the batch's median. */
    @Test
    void caSam() {
        Paper.assertFollowed(random -> {
            double rho = random.nextDouble(0.01, 0.4);
            int[] clean = IntStream.range(0, 5).filter(i -> random.nextInt(3) > 0).toArray();
            return new Paper.Pair(new CaSam(rho, step -> clean, 0),
                    () -> (p, w, t) -> p.gradient(plus(w, rho, unit(p.gradient(w, t, clean))), t));
        });
        Paper.assertFollowed(random -> {
            double momentum = random.nextDouble(0, 0.9);
            Supplier<Paper> formula = () -> new Paper() {
                private final double[] average = new double[15];

                @Override
                public double[] gradient(Regression p, double[] w, int t) {
                    int first = t % 3 * 5;
                    int[] clean = {0, 1, 2, 3, 4};
                    if (t >= 3) {
                        double median = IntStream.range(0, 5).mapToDouble(i -> average[first + i]).sorted().toArray()[2];
                        clean = IntStream.range(0, 5).filter(i -> average[first + i] >= median).toArray();
                    }
                    double[] place = plus(w, 0.2, unit(p.gradient(w, t, clean)));
                    for (int i = 0; i < 5; i++) {
                        double likelihood = Math.exp(-p.loss(place, t, i));
                        average[first + i] = t < 3 ? likelihood : momentum * average[first + i] + (1 - momentum) * likelihood;
                    }
                    return p.gradient(place, t);
                }
            };
            return new Paper.Pair(new CaSam(0.2, new CleanExamples(momentum, 0.5), 0), formula);
        });
    }

    /** Rare is what has been seen less often than a part of the mean, in all batches so far. */
    @Test
    void rareClassesAreCounted() {
        List<int[]> seen = new ArrayList<>();
        Subset rare = new RareClasses(0.5);
        Subset noted = step -> {
            seen.add(rare.rows(step));
            return seen.getLast();
        };
        Optimizer optimizer = labelled(noted);
        optimizer.step(labels(0, 0, 1, 0));
        optimizer.step(labels(0, 3, 1, 0));
        optimizer.step(labels(3, 1, 1, 0));
        // 3 and 1: mean 2; 5, 2 and 1: mean 8/3; 6, 4 and 2: mean 4, of which 2 is not less than half
        assertArrayEquals(new int[] {}, seen.get(0));
        assertArrayEquals(new int[] {1}, seen.get(1));
        assertArrayEquals(new int[] {}, seen.get(2));
        assertArrayEquals(new double[] {6, 4, 0, 2}, optimizer.state().tensors().values().stream()
                .filter(t -> t.shape().equals(Shape.of(4)) && t.dtype() == DType.F64).findFirst().orElseThrow().toDoubles());
    }

    @Test
    void tailClassesAreNamed() {
        List<int[]> seen = new ArrayList<>();
        Subset tail = new TailClasses(List.of(7, 2));
        Optimizer optimizer = labelled(step -> {
            seen.add(tail.rows(step));
            return seen.getLast();
        });
        StepReport report = optimizer.step(labels(0, 7, 2, 7));
        assertArrayEquals(new int[] {1, 2, 3}, seen.getFirst());
        assertEquals(0.25 + 2 * 0.75, report.forwards(), "the head once, the tail twice");
        assertEquals(new ImbSam(0.1, 1, tail, 1e-16), SamVariants.parse("imbsam:rho=0.1,tail=tailclasses(classes=7/2)"));
    }

    private static Optimizer labelled(Subset tail) {
        Quadratic q = Quadratic.random(new SplittableRandom(3), 5);
        return q.perExample(new ImbSam(0.1, 1, tail, 1e-16).over(Sgd.of(0.1)), Role.WEIGHT);
    }

    private static Batch labels(int... labels) {
        return Batch.of(Tensor.zeros(DType.F64, Shape.of(labels.length, 1)), Tensor.of(Shape.of(labels.length), labels));
    }

    /** The default criterion separates examples with wrong labels: their losses stay high. */
    @Test
    void theDefaultCriterionFindsNoisyExamples() {
        Regression p = new Regression(new SplittableRandom(11));
        p.batches.replaceAll(b -> {
            double[] y = b.targets().toDoubles();
            y[3] += 40;
            return new Batch(b.inputs(), Tensor.of(Shape.of(5), y), b.ids(), null);
        });
        List<int[]> chosen = new ArrayList<>();
        Subset criterion = new CleanExamples(0.9, 0.3);
        Optimizer optimizer = p.minimise(new CaSam(0.05, new Subset() {
            @Override
            public int[] rows(SamStep step) {
                chosen.add(criterion.rows(step));
                return chosen.getLast();
            }

            @Override
            public void learn(SamStep step, double[] losses) {
                criterion.learn(step, losses);
            }
        }, 1e-12).over(Sgd.of(0.05)), DType.F64, Options.defaults());
        for (int t = 0; t < 9; t++) {
            optimizer.step(p.batch(t));
        }
        assertTrue(chosen.stream().limit(3).allMatch(rows -> rows.length == 5), "unseen examples are clean");
        assertTrue(chosen.stream().skip(3).allMatch(rows -> rows.length == 4 && IntStream.of(rows).noneMatch(i -> i == 3)));
    }
}
