package dev.steppe.nn;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reference values in a JSON resource, by key. */
record Json(Object value) {
    static Json resource(String name) {
        try (InputStream in = Json.class.getResourceAsStream(name); JsonParser parser = new JsonFactory().createParser(in)) {
            parser.nextToken();
            return new Json(read(parser));
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    Json get(String key) {
        return new Json(((Map<?, ?>) value).get(key));
    }

    List<String> keys() {
        return ((Map<?, ?>) value).keySet().stream().map(Object::toString).toList();
    }

    double number() {
        return ((Number) value).doubleValue();
    }

    int integer() {
        return ((Number) value).intValue();
    }

    /** All numbers of nested arrays, row by row. */
    double[] numbers() {
        List<Double> all = new ArrayList<>();
        flatten(value, all);
        return all.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static void flatten(Object value, List<Double> all) {
        if (value instanceof List<?> list) {
            list.forEach(v -> flatten(v, all));
        } else {
            all.add(((Number) value).doubleValue());
        }
    }

    private static Object read(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String key = parser.currentName();
                    parser.nextToken();
                    map.put(key, read(parser));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(read(parser));
                }
                yield list;
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            default -> parser.getText();
        };
    }
}
