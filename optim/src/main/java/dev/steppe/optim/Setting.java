package dev.steppe.optim;

/**
 * One option of a variant, a base optimizer or a schedule: a component of its record.
 *
 * @param name as the command line and saved configurations write it
 * @param type of the value
 * @param defaultValue the value if nothing is said
 * @param range which numbers it may be: {@code in [0, 1]}; empty if nothing is said of that
 * @param origin where the default comes from: paper and section, or official code
 */
public record Setting(String name, Class<?> type, Object defaultValue, String range, String origin) {
    /** The default as the command line writes it: {@code 0.05}, {@code weights}, {@code 0.5/0.75}, {@code fisher(sparsity=0.5)}. */
    public String text() {
        return Catalogue.text(type, defaultValue);
    }

    /** What it may be, in words: {@code a number in [0, 1]}, {@code a whole number, at least 1}, {@code weights or all}, {@code a variant}. */
    public String values() {
        return Catalogue.values(type) + (range.isEmpty() ? "" : (range.startsWith("in ") ? " " : ", ") + range);
    }
}
