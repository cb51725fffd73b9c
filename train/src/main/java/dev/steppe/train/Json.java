package dev.steppe.train;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.steppe.core.FormatException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON objects as maps: what the files of a run are written in and read from. Values are maps with text keys, lists, {@code double[]}, text, {@code Long}
 * or {@code Integer}, {@code Double}, {@code Boolean} and null; keys keep their order. What {@link #write} wrote, {@link #read} gives back, integers as
 * {@code Long}, arrays as lists.
 */
public final class Json {
    private static final JsonFactory FACTORY = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private Json() {
    }

    /**
     * An object on one line, without spaces. Doubles are written so that they read back to the same bits; NaN and infinity, which JSON does not know, as null.
     *
     * @throws IllegalArgumentException if a value is of another type
     */
    public static String write(Map<String, ?> object) {
        return write(object, false);
    }

    /** Like {@link #write}, but with a member on each line, for people. */
    public static String writePretty(Map<String, ?> object) {
        return write(object, true) + "\n";
    }

    private static String write(Map<String, ?> object, boolean pretty) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            if (pretty) {
                json.useDefaultPrettyPrinter();
            }
            value(json, object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    private static void value(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case Map<?, ?> map -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> e : map.entrySet()) {
                    json.writeFieldName((String) e.getKey());
                    value(json, e.getValue());
                }
                json.writeEndObject();
            }
            case List<?> list -> {
                json.writeStartArray();
                for (Object element : list) {
                    value(json, element);
                }
                json.writeEndArray();
            }
            case double[] numbers -> {
                json.writeStartArray();
                for (double number : numbers) {
                    value(json, number);
                }
                json.writeEndArray();
            }
            case String text -> json.writeString(text);
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Double number when Double.isFinite(number) -> json.writeNumber(number);
            case Double number -> json.writeNull();
            case Boolean flag -> json.writeBoolean(flag);
            default -> throw new IllegalArgumentException("JSON: " + value.getClass().getName() + " is not a type that is written");
        }
    }

    /**
     * Reads a file that is one object.
     *
     * @throws FormatException if it is anything else, or is not UTF-8
     */
    public static Map<String, Object> read(Path file) throws IOException {
        return read(file.toString(), text(file));
    }

    /**
     * Reads a file of text.
     *
     * @throws FormatException if it is not UTF-8
     */
    public static String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new FormatException(file.toString(), -1, "is no text in UTF-8", e);
        }
    }

    /**
     * Reads one object.
     *
     * @param source the file, as the user would name it
     * @throws FormatException if the text is anything else: not JSON, another value, an object with a key twice, more text after it
     */
    public static Map<String, Object> read(String source, String text) throws FormatException {
        try (JsonParser json = FACTORY.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new FormatException(source, 0, "expected a JSON object");
            }
            Map<String, Object> object = object(json, source);
            if (json.nextToken() != null) {
                throw new FormatException(source, json.currentTokenLocation().getCharOffset(), "text after the end of the JSON object");
            }
            return object;
        } catch (FormatException e) {
            throw e;
        } catch (JsonProcessingException e) {
            throw new FormatException(source, e.getLocation() == null ? -1 : e.getLocation().getCharOffset(), e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading text from memory", e);
        }
    }

    private static Map<String, Object> object(JsonParser json, String source) throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            json.nextToken();
            object.put(key, value(json, source));
        }
        return object;
    }

    private static Object value(JsonParser json, String source) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> object(json, source);
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(json, source));
                }
                yield list;
            }
            case VALUE_STRING -> json.getText();
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_NUMBER_FLOAT -> finite(json, source);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new FormatException(source, json.currentTokenLocation().getCharOffset(), "unexpected " + json.currentToken());
        };
    }

    private static Double finite(JsonParser json, String source) throws IOException {
        double number = json.getDoubleValue();
        if (Double.isInfinite(number)) {
            throw new FormatException(source, json.currentTokenLocation().getCharOffset(),
                    "number " + json.getText() + " does not fit a double");
        }
        return number;
    }
}
