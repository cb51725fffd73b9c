package dev.steppe.optim.sam;

import dev.steppe.core.ParameterSpace;
import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Tensor;
import java.util.Arrays;

/** The numbers of largest score, among those that are trained. */
final class Largest {
    private Largest() {
    }

    /**
     * {@code out = 1} at the k largest scores, of equal ones the first, and 0 elsewhere.
     *
     * @param scores at least -1; what is frozen loses its own
     * @param k at most as many as are not frozen
     */
    static void mark(ParameterSpace space, double[] scores, int k, Tensor out) {
        for (Segment s : space.segments()) {
            if (s.frozen()) {
                Arrays.fill(scores, s.offset(), s.offset() + s.size(), Double.NEGATIVE_INFINITY);
            }
        }
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        double least = k == 0 ? Double.POSITIVE_INFINITY : sorted[sorted.length - k];
        int ties = k;
        for (double score : scores) {
            ties -= score > least ? 1 : 0;
        }
        for (int i = 0; i < scores.length; i++) {
            boolean tie = scores[i] == least && ties-- > 0;
            out.span().set(i, k > 0 && (scores[i] > least || tie) ? 1 : 0);
        }
    }
}
