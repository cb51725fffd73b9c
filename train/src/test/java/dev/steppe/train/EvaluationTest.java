package dev.steppe.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.NonFiniteException;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Outputs are what the batch's inputs are: an objective without a model. */
class EvaluationTest {
    private static final Parameters NOTHING = new Parameters(ParameterSpace.of(Map.of()), Tensor.zeros(DType.F64, Shape.of(0)),
            Buffers.none());
    private final Evaluator evaluator = new Evaluator(Kernels.defaults(), Objective.of((x, pass) -> x, Losses::crossEntropy));

    private Evaluation evaluate(int classes, int[] targets, double... logits) {
        Batch batch = Batch.of(Tensor.of(Shape.of(targets.length, classes), logits), Tensor.of(Shape.of(targets.length), targets));
        return Evaluation.of(evaluator, NOTHING, List.of(batch));
    }

    @Test
    void countsByHand() {
        Evaluation e = evaluate(6, new int[] {0, 0, 2, 5}, //
                3, 0, 0, 0, 0, 1, // class 0, right
                0, 9, 1, 2, 3, 4, // class 0, last: not among five
                0, 1, 2, 2, 0, 0, // class 2, equal to class 3: the first counts
                9, 8, 7, 6, 5, 5); // class 5, equal to class 4: the sixth
        assertEquals(0.5, e.accuracy());
        assertEquals(0.5, e.top5());
        assertEquals(4, e.examples());
        assertEquals(6, e.classes());
        assertEquals(0.5, e.accuracy(0));
        assertEquals(1, e.accuracy(2));
        assertEquals(0, e.accuracy(5));
        assertTrue(Double.isNaN(e.accuracy(1)));
        assertEquals(2, e.examples(0));
        assertArrayEquals(new long[] {1, 1, 0, 0, 0, 0}, e.confusion()[0]);
        assertArrayEquals(new long[] {1, 0, 0, 0, 0, 0}, e.confusion()[5]);
    }

    /** Against a sort of each row, and cut into batches at any place. */
    @Property(tries = 50)
    void countsLikeASort(@ForAll @IntRange(min = 1, max = 12) int classes, @ForAll @IntRange(min = 1, max = 30) int n, @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 30) int cut) {
        RandomKey key = RandomKey.of(seed);
        double[] logits = new double[n * classes];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = key.below(7, i);
        }
        int[] targets = IntStream.range(0, n).map(i -> key.fold(1).below(classes, i)).toArray();
        Batch all = Batch.of(Tensor.of(Shape.of(n, classes), logits), Tensor.of(Shape.of(n), targets));
        int middle = Math.min(cut, n);
        List<Batch> batches = middle == n ? List.of(all) : List.of(all.slice(0, middle), all.slice(middle, n));
        long[][] confusion = new long[classes][classes];
        int top5 = 0;
        double loss = 0;
        for (int i = 0; i < n; i++) {
            int from = i * classes;
            List<Integer> best = IntStream.range(0, classes).boxed().sorted((a, b) -> Double.compare(logits[from + b], logits[from + a]))
                    .toList();
            confusion[targets[i]][best.getFirst()]++;
            top5 += best.indexOf(targets[i]) < 5 ? 1 : 0;
            double sum = IntStream.range(0, classes).mapToDouble(c -> Math.exp(logits[from + c])).sum();
            loss += Math.log(sum) - logits[from + targets[i]];
        }
        Evaluation e = Evaluation.of(evaluator, NOTHING, batches);
        assertArrayEquals(confusion, e.confusion());
        assertEquals((double) top5 / n, e.top5());
        assertEquals(loss / n, e.loss(), 1e-12 * (1 + loss / n));
    }

    @Test
    void refusesWhatItCannotJudge() {
        String message = assertThrows(NonFiniteException.class, () -> evaluate(2, new int[] {0, 1}, 0, 1, 0, Double.NaN)).getMessage();
        assertEquals("evaluation: output 1 of example 1 is NaN", message);
        assertThrows(IllegalArgumentException.class, () -> Evaluation.of(evaluator, NOTHING, List.of()));
        Evaluator squares = new Evaluator(Kernels.defaults(), Objective.of((x, pass) -> x, Losses::squaredError));
        Batch numbers = Batch.of(Tensor.of(Shape.of(2, 1), 1.0, 2.0), Tensor.of(Shape.of(2, 1), 1.0, 3.0));
        message = assertThrows(ShapeException.class, () -> Evaluation.of(squares, NOTHING, List.of(numbers))).getMessage();
        assertTrue(message.contains("F64[2,1]") && message.contains("I32[n]"), message);
    }
}
