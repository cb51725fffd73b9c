package dev.steppe.optim;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Records by name, to be read from {@code name:option=value,option=value} and written that way. The components of the records are the options; what is not
 * given is taken from the record of defaults. An option that is itself a record by name (a variant within a variant, a strategy) has its own options in
 * parentheses: {@code looksam:k=5,ascent=vasso(theta=0.4)}.
 */
final class Catalogue<T> {
    private final String kind;
    private final Map<String, T> defaults;

    /**
     * @param kind what messages call an entry
     * @param defaults one record per name
     */
    Catalogue(String kind, Map<String, ? extends T> defaults) {
        this.kind = kind;
        this.defaults = new LinkedHashMap<>(defaults);
    }

    Collection<String> names() {
        return defaults.keySet();
    }

    /** Whether the name before the first colon is in this catalogue. */
    boolean knows(String text) {
        return defaults.containsKey(nameIn(text));
    }

    /** @throws OptionException naming what is unknown or wrong, and the nearest that exists */
    T parse(String text) {
        String name = nameIn(text);
        T base = defaults.get(name);
        if (base == null) { throw unknown(kind, text, names()); }
        return changed(name, base, text.indexOf(':') < 0 ? Map.of() : given(name, text, text.substring(text.indexOf(':') + 1)));
    }

    /** Reads {@code name} or {@code name(option=value,option=value)}; {@code current} gives what is not said, if it is of this name. */
    private T nested(String text, Object current) {
        int open = text.indexOf('(');
        String name = (open < 0 ? text : text.substring(0, open)).strip();
        T base = defaults.get(name);
        if (base == null) { throw unknown(kind, name, names()); }
        if (open >= 0 && !text.endsWith(")")) {
            throw new OptionException(name + ": '" + text + "' is not of the form name(option=value)");
        }
        @SuppressWarnings("unchecked")
        T like = current.getClass() == base.getClass() ? (T) current : base;
        return changed(name, like, open < 0 ? Map.of() : given(name, text, text.substring(open + 1, text.length() - 1)));
    }

    private static Map<String, String> given(String name, String text, String options) {
        Map<String, String> given = new LinkedHashMap<>();
        for (String pair : pairs(options)) {
            int equals = pair.indexOf('=');
            if (equals < 0) { throw new OptionException(name + ": '" + pair + "' in '" + text + "' is not of the form option=value"); }
            String option = pair.substring(0, equals).strip();
            if (given.put(option, pair.substring(equals + 1).strip()) != null) {
                throw new OptionException(name + ": option '" + option + "' is given twice in '" + text + "'");
            }
        }
        return given;
    }

    /** What stands between the commas outside parentheses. */
    private static List<String> pairs(String options) {
        List<String> pairs = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i < options.length(); i++) {
            char c = options.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0) {
                pairs.add(options.substring(from, i));
                from = i + 1;
            }
        }
        pairs.add(options.substring(from));
        return pairs;
    }

    /** The text that {@link #parse} reads as {@code value}, with every option; of a record that is not in the catalogue, its own text. */
    String format(T value) {
        for (Map.Entry<String, T> entry : defaults.entrySet()) {
            if (entry.getValue().getClass() == value.getClass()) {
                String options = options(value);
                return entry.getKey() + (options.isEmpty() ? "" : ":" + options);
            }
        }
        return value.toString();
    }

    private String nestedText(Object value) {
        for (Map.Entry<String, T> entry : defaults.entrySet()) {
            if (entry.getValue().getClass() == value.getClass()) {
                String options = options(value);
                return entry.getKey() + (options.isEmpty() ? "" : "(" + options + ")");
            }
        }
        return value.toString();
    }

    private static String options(Object value) {
        return Arrays.stream(value.getClass().getRecordComponents())
                .map(c -> c.getName() + "=" + text(c.getType(), Components.read(c, value)))
                .collect(Collectors.joining(","));
    }

    /** The catalogue of the values of a type; null if there is none. */
    private static Catalogue<?> of(Class<?> type) {
        if (type == SamVariant.class) { return SamVariants.CATALOGUE; }
        if (type == BaseOptimizer.class) { return BaseOptimizers.CATALOGUE; }
        if (!type.isAnnotationPresent(OneOf.class)) { return null; }
        Map<String, Object> records = new LinkedHashMap<>();
        for (Class<?> record : type.getAnnotation(OneOf.class).value()) {
            try {
                records.put(record.getSimpleName().toLowerCase(Locale.ROOT), record.getMethod("defaults").invoke(null));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(record + " must be public and have a static method 'defaults'", e);
            }
        }
        return new Catalogue<>(type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT), records);
    }

    /** The values of a type in words. */
    static String values(Class<?> type) {
        if (type == SamVariant.class) { return "a variant"; }
        if (type == BaseOptimizer.class) { return "a base optimizer"; }
        Catalogue<?> catalogue = of(type);
        if (catalogue != null) { return String.join(" or ", catalogue.names()); }
        if (type.isEnum()) { return Arrays.stream(type.getEnumConstants()).map(c -> text(type, c)).collect(Collectors.joining(" or ")); }
        return switch (type.getSimpleName()) {
            case "double" -> "a number";
            case "int" -> "a whole number";
            case "boolean" -> "true or false";
            case "List" -> "values separated by /";
            default -> "a text";
        };
    }

    /** The components of a record of defaults. */
    static List<Setting> settings(Object record) {
        return Arrays.stream(record.getClass().getRecordComponents()).map(c -> setting(c, Components.read(c, record))).toList();
    }

    private static Setting setting(RecordComponent component, Object value) {
        Origin origin = component.getAnnotation(Origin.class);
        String range = component.isAnnotationPresent(Range.class) ? Components.interval(component).words() : "";
        return new Setting(component.getName(), component.getType(), value, range, origin == null ? "" : origin.value());
    }

    /** What to throw if the name in {@code text} is none of {@code names}. */
    static OptionException unknown(String kind, String text, Collection<String> names) {
        return new OptionException("there is no " + kind + " '" + nameIn(text) + "'; " + nearest(nameIn(text), names));
    }

    private static String nameIn(String text) {
        return (text.indexOf(':') < 0 ? text : text.substring(0, text.indexOf(':'))).strip();
    }

    private T changed(String name, T base, Map<String, String> given) {
        RecordComponent[] components = base.getClass().getRecordComponents();
        given.keySet().forEach(option -> Components.requireOption(name, option, components));
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String text = given.get(components[i].getName());
            Object current = Components.read(components[i], base);
            values[i] = text == null ? current : value(name, components[i], text, current);
        }
        return Components.make(base, values);
    }

    private static Object value(String owner, RecordComponent component, String text, Object current) {
        Class<?> type = component.getType();
        Catalogue<?> catalogue = of(type);
        if (catalogue != null) { return catalogue.nested(text, current); }
        if (type == String.class) { return text; }
        if (type != List.class) { return value(owner, component, type, text, null); }
        Class<?> element = (Class<?>) ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
        List<Object> list = new ArrayList<>();
        for (String part : text.split("/", -1)) {
            list.add(element == String.class ? part : value(owner, component, element, part, text));
        }
        return list;
    }

    /** @param list the whole text, if this is a part of a list; null if not */
    private static Object value(String owner, RecordComponent component, Class<?> type, String text, String list) {
        try {
            if (type == double.class || type == Double.class) { return Interval.number(text); }
            if (type == int.class || type == Integer.class) { return Integer.valueOf(text); }
        } catch (NumberFormatException e) {
            boolean whole = type == int.class || type == Integer.class;
            String rule = list == null ? whole ? "a whole number" : "a number" : (whole ? "whole " : "") + "numbers separated by /";
            throw wrong(owner, component, list == null ? text : list, rule);
        }
        List<?> constants = type == boolean.class ? List.of(true, false) : List.of(type.getEnumConstants());
        return constants.stream().filter(c -> text(type, c).equals(text)).findFirst().orElseThrow(() -> wrong(owner, component, text,
                "one of " + constants.stream().map(c -> text(type, c)).collect(Collectors.joining(", "))));
    }

    private static OptionException wrong(String owner, RecordComponent component, String text, String rule) {
        return new OptionException(owner + ": " + component.getName() + " = '" + text + "' must be " + rule);
    }

    static String text(Class<?> type, Object value) {
        Catalogue<?> catalogue = of(type);
        if (catalogue != null) { return catalogue.nestedText(value); }
        return switch (value) {
            case List<?> list -> list.stream().map(element -> text(element.getClass(), element)).collect(Collectors.joining("/"));
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT);
            default -> value.toString();
        };
    }

    static String nearest(String name, Collection<String> names) {
        int least = names.stream().mapToInt(n -> distance(name, n)).min().orElse(0);
        String near = least > 1 + name.length() / 3
                ? ""
                : names.stream().filter(n -> distance(name, n) == least).map(n -> "'" + n + "'").collect(Collectors.joining(" or "));
        return (near.isEmpty() ? "" : "did you mean " + near + "? ") + "there "
                + (names.isEmpty() ? "are none" : "are " + String.join(", ", names));
    }

    /** Levenshtein's distance, upper and lower case being equal. */
    private static int distance(String a, String b) {
        String x = a.toLowerCase(Locale.ROOT);
        String y = b.toLowerCase(Locale.ROOT);
        int[] row = new int[y.length() + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= x.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= y.length(); j++) {
                int change = diagonal + (x.charAt(i - 1) == y.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[y.length()];
    }
}
