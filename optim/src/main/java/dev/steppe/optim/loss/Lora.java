package dev.steppe.optim.loss;

import dev.steppe.core.ParameterSpace;
import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.optim.OptionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Low-rank factors by name, as PEFT writes them: {@code ..lora_A..} with the {@code ..lora_B..} of the same layer. */
public record Lora() implements FactorPairs {
    private static final String A = "lora_a";
    private static final String B = "lora_b";

    /** The only one there is. */
    public static Lora defaults() {
        return new Lora();
    }

    @Override
    public List<Pair> of(ParameterSpace space) {
        List<Pair> pairs = new ArrayList<>();
        for (Segment x : space.segments()) {
            String name = x.name().toLowerCase(Locale.ROOT);
            if (name.contains(A)) {
                space.segments().stream().filter(y -> y.name().toLowerCase(Locale.ROOT).equals(name.replace(A, B)))
                        .forEach(y -> pairs.add(Pair.of(x, y)));
            }
        }
        OptionException.require(!pairs.isEmpty(), "bar", "pairs", "lora",
                "another: no parameters of this model are named lora_A and lora_B");
        return pairs;
    }
}
