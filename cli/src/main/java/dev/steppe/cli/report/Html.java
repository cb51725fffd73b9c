package dev.steppe.cli.report;

import java.util.List;
import java.util.Map;

/** Text and JSON as HTML. */
public final class Html {
    private static final String STEP = "  ";

    private Html() {
    }

    /** Text that stands for itself, in content and in quoted attributes. */
    static String escape(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c < ' ' && c != '\n' && c != '\t' ? '\uFFFD' : c);
            }
        }
        return out.toString();
    }

    /**
     * A value of JSON as preformatted text in which every value has an id: its pointer (RFC 6901), so that {@code #/epochs/2/testLoss} leads to it. A list of
     * numbers is one value.
     *
     * @param value as {@link dev.steppe.train.Json} writes it
     */
    static String json(Map<String, ?> value) {
        StringBuilder out = new StringBuilder();
        json(value, "", "\n", out);
        return out.toString();
    }

    private static void json(Object value, String pointer, String line, StringBuilder out) {
        out.append("<span id=\"").append(escape(pointer)).append("\">");
        switch (value) {
            case Map<?, ?> map -> map(map, pointer, line, out);
            case double[] numbers -> numbers(java.util.Arrays.stream(numbers).boxed().toList(), out);
            case List<?> list when list.stream().allMatch(e -> e == null || e instanceof Number) -> numbers(list, out);
            case List<?> list -> list(list, pointer, line, out);
            case String text -> out.append('"').append(escape(text.replace("\\", "\\\\").replace("\"", "\\\""))).append('"');
            case null, default -> out.append(scalar(value));
        }
        out.append("</span>");
    }

    private static void map(Map<?, ?> map, String pointer, String line, StringBuilder out) {
        out.append('{');
        String comma = "";
        for (Map.Entry<?, ?> e : map.entrySet()) {
            out.append(comma).append(line).append(STEP).append('"').append(escape((String) e.getKey())).append("\": ");
            json(e.getValue(), pointer(pointer, (String) e.getKey()), line + STEP, out);
            comma = ",";
        }
        out.append(map.isEmpty() ? "" : line).append('}');
    }

    private static void list(List<?> list, String pointer, String line, StringBuilder out) {
        out.append('[');
        for (int i = 0; i < list.size(); i++) {
            out.append(i == 0 ? "" : ",").append(line).append(STEP);
            json(list.get(i), pointer(pointer, String.valueOf(i)), line + STEP, out);
        }
        out.append(line).append(']');
    }

    private static void numbers(List<?> numbers, StringBuilder out) {
        out.append('[');
        for (int i = 0; i < numbers.size(); i++) {
            out.append(i == 0 ? "" : ", ").append(scalar(numbers.get(i)));
        }
        out.append(']');
    }

    private static String scalar(Object value) {
        return value instanceof Double number && !Double.isFinite(number) ? "null" : String.valueOf(value);
    }

    /** The pointer to a member of the value that another one leads to. */
    public static String pointer(String parent, String key) {
        return parent + "/" + key.replace("~", "~0").replace("/", "~1");
    }
}
