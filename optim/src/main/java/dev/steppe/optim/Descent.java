package dev.steppe.optim;

import dev.steppe.core.BatchStatistics;
import dev.steppe.core.Buffers;
import dev.steppe.core.Parameters;
import dev.steppe.core.RunningStatistics;
import dev.steppe.core.Tensor;
import java.util.HashMap;
import java.util.Map;

/** The way of the weights in one step, in arrays that nobody reads yet. */
final class Descent {
    /** In the numbers of the state: how many updates of the base optimizer there were, if that is not the number of steps. */
    private static final String UPDATES = "+updates";

    private final Engine engine;
    private final Engine.State before;
    private final Proposal proposal;
    private final Parameters parameters;
    private final Map<String, Tensor> memory = new HashMap<>();
    private long updates;

    Descent(Engine engine, Engine.State before, Proposal proposal) {
        this.engine = engine;
        this.before = before;
        this.proposal = proposal;
        Parameters old = before.parameters();
        Buffers buffers = old.buffers().updated(proposal.statistics);
        for (Map<RunningStatistics, BatchStatistics> more : proposal.again) {
            buffers = buffers.updated(more);
        }
        this.parameters = new Parameters(old.space(), engine.copy(old.point()), buffers);
        if (proposal.start != null) {
            engine.runs().forEach(run -> engine.points().copy(run.of(proposal.start), run.of(weights())));
        }
        before.base().forEach((name, point) -> memory.put(name, engine.copy(point)));
        this.updates = (long) (double) before.numbers().getOrDefault(UPDATES, (double) before.steps());
    }

    Tensor weights() {
        return parameters.point();
    }

    Parameters parameters() {
        return parameters;
    }

    /** The base optimizer's points. */
    Map<String, Tensor> memory() {
        return memory;
    }

    /** One update of the base optimizer. */
    void update(Tensor clipped) {
        engine.base().update(new Update(engine.points(), engine.layout(), weights(), clipped, memory, updates,
                engine.learningRate(before.steps()), engine.workspace()::take));
        updates++;
        if (updates != before.steps() + 1) {
            proposal.numbers.put(UPDATES, (double) updates);
        }
    }
}
