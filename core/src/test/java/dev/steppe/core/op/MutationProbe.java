package dev.steppe.core.op;

import dev.steppe.core.GradCheck;
import dev.steppe.core.op.OpCase.Sample;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import java.util.List;

/** What {@link MutationTest} runs in a class loader of its own: the gradient checks of the cases of one name. */
public final class MutationProbe {
    private MutationProbe() {
    }

    /** What the checks say against the cases, or null if they say nothing. */
    public static String complaint(String name, int samples) {
        GradCheck check = new GradCheck(Kernels.scalar(Workers.of(1)), 1e-6, 1e-7, 1e-5);
        List<OpCase> cases = OpCases.all().stream().filter(o -> o.name().equals(name)).toList();
        if (cases.isEmpty()) { throw new IllegalArgumentException("no case is called " + name); }
        for (int seed = 0; seed < samples; seed++) {
            for (OpCase c : cases) {
                try {
                    Sample s = c.samples().apply(new Draw(seed));
                    check.firstOrder(s.f(), s.inputs()).orThrow();
                    check.secondOrder(s.f(), s.inputs()).orThrow();
                } catch (RuntimeException e) {
                    return e.toString();
                }
            }
        }
        return null;
    }
}
