package dev.steppe.optim;

import dev.steppe.core.Evaluator;
import dev.steppe.core.Objective;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The additions of an optimizer in one step, each with names of its own in the state. */
final class Companions {
    private final Engine engine;
    private final Engine.State state;
    private final Proposal proposal;
    private final List<Addition> members = new ArrayList<>();

    /** Begins a step. */
    Companions(Engine engine, Engine.State state, Proposal proposal) {
        this.engine = engine;
        this.state = state;
        this.proposal = proposal;
        for (Addition addition : engine.options().additions()) {
            members.add(addition.begin(landing(addition, null)));
        }
    }

    private Landing landing(Addition addition, Descent descent) {
        return new Landing(engine, state, proposal, descent, prefix(addition));
    }

    /** What takes the gradients of this step. */
    Evaluator evaluator() {
        Objective plain = engine.evaluator().objective();
        Objective objective = plain;
        for (Addition member : members) {
            objective = member.objective(objective);
        }
        return objective == plain ? engine.evaluator() : new Evaluator(engine.options().kernels(), objective);
    }

    void after(Descent descent) {
        List<Addition> additions = engine.options().additions();
        for (int i = 0; i < members.size(); i++) {
            members.get(i).after(landing(additions.get(i), descent));
        }
    }

    void validated(double loss) {
        engine.options().additions().forEach(addition -> addition.validated(landing(addition, null), loss));
    }

    /** The name in the state under which to evaluate; null: at the weights. The last one counts. */
    static String evaluatesAt(SamVariant variant, Options options, Engine.State state) {
        String name = variant instanceof LandingVariant lands ? known(lands.evaluatesAt(), "", state) : null;
        for (Addition addition : options.additions()) {
            String other = known(addition.evaluatesAt(), prefix(addition), state);
            name = other == null ? name : other;
        }
        return name;
    }

    private static String known(String name, String prefix, Engine.State state) {
        return name != null && state.tensors().containsKey(prefix + name) ? prefix + name : null;
    }

    /** @throws OptionException if one is there twice: it would have its memory twice */
    static void requireDistinct(List<Addition> additions) {
        Set<String> seen = new HashSet<>();
        for (Addition addition : additions) {
            OptionException.require(seen.add(prefix(addition)), "options", "additions", addition, "added only once");
        }
    }

    private static String prefix(Addition addition) {
        return "+" + addition.getClass().getSimpleName().toLowerCase(Locale.ROOT) + "/";
    }
}
