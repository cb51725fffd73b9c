package dev.steppe.cli.run;

/** A line that is written again and again. One that is wider than the terminal could not be. */
final class Terminal {
    /** What fits the terminals that do not tell how wide they are. */
    private static final int USUAL = 79;

    private Terminal() {
    }

    /** How long the line may be here. */
    static int width() {
        return width(System.getenv("COLUMNS"));
    }

    /** @param columns what the shell says of the terminal; null if nothing */
    static int width(String columns) {
        return columns != null && columns.matches("[1-9]\\d{0,3}") ? Math.clamp(Integer.parseInt(columns) - 1, 1, USUAL) : USUAL;
    }

    /** A text as the line, over what was there. */
    static String line(String text, int width) {
        return '\r' + text.substring(0, Math.min(width, text.length())) + " ".repeat(Math.max(0, width - text.length()));
    }
}
