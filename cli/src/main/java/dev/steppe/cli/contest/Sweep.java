package dev.steppe.cli.contest;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Optimizers with several values for an option: {@code sam:rho=0.02|0.05|0.1} is three. */
public final class Sweep {
    private static final Pattern VALUES = Pattern.compile("=([^=,|+()]+(?:\\|[^=,|+()]+)+)");

    private Sweep() {
    }

    /** All that a text stands for; of several sweeps every combination, the last one changing fastest. */
    public static List<String> of(String text) {
        Matcher values = VALUES.matcher(text);
        return values.find()
                ? Stream.of(values.group(1).split("\\|"))
                        .flatMap(value -> of(text.substring(0, values.start(1)) + value + text.substring(values.end(1))).stream()).toList()
                : List.of(text);
    }
}
