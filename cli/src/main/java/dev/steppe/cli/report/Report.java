package dev.steppe.cli.report;

import dev.steppe.nn.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A page that stands for itself: text, tables that can be sorted, pictures, and at its end the JSON that every number leads to. Nothing is loaded from anywhere.
 */
public final class Report {
    /**
     * A cell of a table.
     *
     * @param text what is shown
     * @param value by which rows are sorted; null for text
     * @param pointer where the number is in the JSON; null if it is not
     */
    public record Cell(String text, Double value, String pointer) {
        /** Text that leads nowhere. */
        public static Cell of(String text) {
            return new Cell(text, null, null);
        }

        /** A number, linked to its place; a dash if it is none. */
        public static Cell number(String format, double value, String pointer) {
            return new Cell(Report.text(format, value), value, pointer);
        }
    }

    /** A number for people: a dash if it is none. */
    public static String text(String format, double value) {
        if (Double.isNaN(value)) { return "–"; }
        return Double.isInfinite(value) ? value > 0 ? "∞" : "−∞" : String.format(Locale.ROOT, format, value);
    }

    private final String title;
    private final StringBuilder body = new StringBuilder();
    private final Map<String, Object> json = new LinkedHashMap<>();
    private int pictures;
    private boolean inGallery;

    /** An empty page. */
    public Report(String title, String subtitle) {
        this.title = title;
        body.append("<header><h1>").append(Html.escape(title)).append("</h1>\n<p>").append(Html.escape(subtitle)).append("</p></header>\n");
    }

    /** Begins a section. */
    public Report section(String heading) {
        endGallery();
        body.append("<h2>").append(Html.escape(heading)).append("</h2>\n");
        return this;
    }

    /** A paragraph. */
    public Report paragraph(String text) {
        endGallery();
        body.append("<p>").append(Html.escape(text)).append("</p>\n");
        return this;
    }

    /** A command to copy. */
    public Report command(String text) {
        endGallery();
        body.append("<pre class=\"command\">").append(Html.escape(text)).append("</pre>\n");
        return this;
    }

    /** The few numbers that matter most, each with its name. */
    public Report highlights(Map<String, Cell> numbers) {
        endGallery();
        body.append("<dl class=\"highlights\">\n");
        numbers.forEach((name, cell) -> body.append("<div><dt>").append(Html.escape(name)).append("</dt><dd>").append(linked(cell))
                .append("</dd></div>\n"));
        body.append("</dl>\n");
        return this;
    }

    /** A table that a click on a heading sorts. */
    public Report table(List<String> head, List<List<Cell>> rows) {
        endGallery();
        body.append("<div class=\"wide\"><table class=\"sortable\"><thead><tr>");
        for (String name : head) {
            body.append("<th scope=\"col\" tabindex=\"0\">").append(Html.escape(name)).append("</th>");
        }
        body.append("</tr></thead><tbody>\n");
        for (List<Cell> row : rows) {
            body.append("<tr>");
            row.forEach(this::cell);
            body.append("</tr>\n");
        }
        body.append("</tbody></table></div>\n");
        return this;
    }

    private void cell(Cell cell) {
        body.append(cell.value() == null ? "<td>" : "<td class=\"number\" data-value=\"" + cell.value() + "\">").append(linked(cell))
                .append("</td>");
    }

    private static String linked(Cell cell) {
        return cell.pointer() == null
                ? Html.escape(cell.text())
                : "<a href=\"#" + Html.escape(cell.pointer()) + "\">" + Html.escape(cell.text()) + "</a>";
    }

    /**
     * A picture; those that follow each other stand side by side where there is room.
     *
     * @param caption what is to be seen, in a sentence or two; also for who cannot see it
     */
    public Report picture(Pictures.Drawing drawing, String caption) {
        if (!inGallery) {
            body.append("<div class=\"gallery\">\n");
            inGallery = true;
        }
        String id = "picture" + ++pictures;
        body.append("<figure").append(drawing.isShaded() ? " class=\"shaded\"" : "").append(">").append(svg(drawing, id, caption))
                .append("<figcaption>").append(Html.escape(caption)).append("</figcaption></figure>\n");
        return this;
    }

    /** A picture that fits any width, in the colours of the page unless it has shades of its own. */
    private static String svg(Pictures.Drawing drawing, String id, String caption) {
        String svg = Svg.of(drawing, id);
        String inside = svg.substring(svg.indexOf("\n>") + 2);
        String root = svg.substring(0, svg.indexOf("\n>"));
        String style = root.replaceAll("(?s).*style=\"([^\"]*)\".*", "$1");
        String open = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + drawing.width() + " " + drawing.height()
                + "\" role=\"img\" aria-label=\"" + Html.escape(caption) + "\" style=\"max-width:" + drawing.width() + "px;" + style
                + "\">";
        return open + (drawing.isShaded() ? inside : themed(inside));
    }

    private static String themed(String svg) {
        String themed = svg;
        for (Theme color : Theme.values()) {
            themed = themed.replace(color.literal(), "var(--" + color.variable() + ")");
        }
        return themed;
    }

    /** The colours of pictures that are others on dark pages. */
    private enum Theme {
        INK(Pictures.INK), GRID(Pictures.GRID), SOFT(Pictures.SOFT), BLUE(Pictures.BLUE), PAPER(java.awt.Color.WHITE);

        private final java.awt.Color color;

        Theme(java.awt.Color color) {
            this.color = color;
        }

        /** As Batik writes it. */
        String literal() {
            return this == PAPER ? "white" : "rgb(" + color.getRed() + "," + color.getGreen() + "," + color.getBlue() + ")";
        }

        String variable() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Adds a value to the JSON of the page. */
    public Report json(String key, Object value) {
        json.put(key, value);
        return this;
    }

    private void endGallery() {
        if (inGallery) {
            body.append("</div>\n");
            inGallery = false;
        }
    }

    /** The whole page. */
    String html() {
        endGallery();
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
                + "<link rel=\"icon\" href=\"data:,\">\n<title>" + Html.escape(title) + "</title>\n<style>\n" + resource("report.css")
                + "</style>\n</head>\n<body>\n<main>\n" + body
                + "<h2>All numbers</h2>\n<details id=\"json\"><summary>JSON</summary>\n<pre class=\"json\">" + Html.json(json)
                + "</pre></details>\n</main>\n<footer>" + Html.escape("Made by steppe " + Version.text().replace("steppe ", ""))
                + "</footer>\n<script>\n" + resource("report.js") + "</script>\n</body>\n</html>\n";
    }

    /** Writes the page, whole or not at all. */
    public void write(Path file) throws IOException {
        byte[] bytes = html().getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, to -> to.write(bytes));
    }

    private static String resource(String name) {
        try (InputStream in = Report.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("a file of this program's own jar", e);
        }
    }

    /** A row of a table. */
    public static List<Cell> row(Cell... cells) {
        return Arrays.asList(cells);
    }
}
