package dev.steppe.nn;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.steppe.core.FormatException;
import dev.steppe.core.Shape;
import dev.steppe.kernels.ShapeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.Locale;

/** Reads the JSON header of a safetensors file and refuses whatever the format does not mention. */
final class HeaderParser {
    /** Where the header starts in its file. */
    private static final int START = 8;

    private final String source;
    private final byte[] json;
    private JsonParser parser;

    HeaderParser(String source, byte[] json) {
        this.source = source;
        this.json = json;
    }

    /** The header, its entries sorted by their place in the file; whether they fit the file is not yet known. */
    TensorHeader parse() throws IOException {
        requireText();
        // Names are looked up once: no symbol table, which hostile names could fill.
        JsonFactory factory = new JsonFactoryBuilder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();
        try (JsonParser p = factory.createParser(json)) {
            parser = p;
            return header();
        } catch (JsonProcessingException e) {
            long at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
            throw new FormatException(source, START + at, "the header is no JSON that can be read: " + e.getOriginalMessage(), e);
        }
    }

    /** The parser would guess the encoding and is lenient about it: the format says UTF-8, and that the first character is a brace. */
    private void requireText() throws FormatException {
        if (json[0] != '{') {
            throw new FormatException(source, START,
                    String.format(Locale.ROOT, "the header must begin with '{', but it begins with 0x%02x", json[0]));
        }
        ByteBuffer in = ByteBuffer.wrap(json);
        CharBuffer out = CharBuffer.allocate(1 << 13);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CoderResult result = CoderResult.OVERFLOW;
        while (result.isOverflow()) {
            result = decoder.decode(in, out.clear(), true);
            for (int i = 0; i < out.position(); i++) {
                if (out.get(i) == 0) { throw new FormatException(source, START, "the header contains a character NUL"); }
            }
        }
        if (result.isError()) { throw new FormatException(source, START + in.position(), "the header is not valid UTF-8"); }
    }

    private TensorHeader header() throws IOException {
        expect(JsonToken.START_OBJECT, "the header");
        Map<String, TensorHeader.Entry> entries = new LinkedHashMap<>();
        Map<String, String> metadata = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            if (!name.equals(TensorHeader.METADATA)) {
                TensorHeader.Entry entry = entry(name);
                if (entries.put(name, entry) != null) { throw wrong(entry.at(), "tensor '" + name + "' is there twice"); }
            } else if (metadata == null) {
                metadata = metadata();
            } else {
                throw wrong(at(), "'" + TensorHeader.METADATA + "' is there twice");
            }
        }
        if (parser.nextToken() != null) { throw wrong(at(), "something follows after the end of the header's JSON"); }
        List<TensorHeader.Entry> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.comparingLong(TensorHeader.Entry::begin).thenComparingLong(TensorHeader.Entry::end));
        return new TensorHeader(metadata == null ? Map.of() : metadata, sorted);
    }

    private Map<String, String> metadata() throws IOException {
        expect(JsonToken.START_OBJECT, "'" + TensorHeader.METADATA + "'");
        Map<String, String> metadata = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            expect(JsonToken.VALUE_STRING, "metadata '" + key + "'");
            if (metadata.put(key, parser.getText()) != null) { throw wrong(at(), "metadata '" + key + "' is there twice"); }
        }
        return metadata;
    }

    private TensorHeader.Entry entry(String name) throws IOException {
        long at = at();
        String what = "tensor '" + name + "'";
        expect(JsonToken.START_OBJECT, what);
        TensorHeader.Type type = null;
        int[] shape = null;
        long[] offsets = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            String part = what + ": '" + key + "'";
            if (key.equals("dtype") && type == null) {
                type = type(part);
            } else if (key.equals("shape") && shape == null) {
                shape = Arrays.stream(numbers(part, Integer.MAX_VALUE)).mapToInt(Math::toIntExact).toArray();
            } else if (key.equals("data_offsets") && offsets == null) {
                offsets = numbers(part, Long.MAX_VALUE);
            } else {
                throw wrong(at(), part + " is there twice, or unknown; expected are dtype, shape and data_offsets");
            }
        }
        if (type == null || shape == null || offsets == null) {
            throw wrong(at, what + " lacks " + (type == null ? "dtype" : shape == null ? "shape" : "data_offsets"));
        }
        return entry(name, type, shape, offsets, at);
    }

    private TensorHeader.Entry entry(String name, TensorHeader.Type type, int[] dims, long[] offsets, long at) throws FormatException {
        String what = "tensor '" + name + "'";
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw wrong(at, what + ": data_offsets must be [begin, end] with begin <= end, got " + Arrays.toString(offsets));
        }
        Shape shape;
        try {
            shape = Shape.of(dims);
        } catch (ShapeException e) {
            throw new FormatException(source, at, what + ": " + e.getMessage(), e);
        }
        if (type == TensorHeader.Type.I64 && shape.rank() > 0) {
            throw wrong(at, what + ": of type I64 only single numbers (shape []) are read, got shape " + shape);
        }
        long bytes = (long) shape.size() * type.bytes();
        if (offsets[1] - offsets[0] != bytes) {
            throw wrong(at,
                    what + ": " + type + " " + shape + " takes " + bytes + " bytes, but data_offsets " + Arrays.toString(offsets)
                            + " give it "
                            + (offsets[1] - offsets[0]));
        }
        return new TensorHeader.Entry(name, type, shape, offsets[0], offsets[1], at);
    }

    private TensorHeader.Type type(String what) throws IOException {
        expect(JsonToken.VALUE_STRING, what);
        String name = parser.getText();
        return Arrays.stream(TensorHeader.Type.values()).filter(t -> t.name().equals(name)).findFirst()
                .orElseThrow(() -> wrong(at(), what + " is '" + name + "'; read are "
                        + Arrays.stream(TensorHeader.Type.values()).map(Enum::name).collect(Collectors.joining(", "))));
    }

    private long[] numbers(String what, long max) throws IOException {
        expect(JsonToken.START_ARRAY, what);
        long[] numbers = new long[2];
        int n = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            // "-0" is an integer to the parser and a negative one to the format.
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || parser.getText().startsWith("-") || parser.getLongValue() > max) {
                throw wrong(at(), what + " must consist of whole numbers from 0 to " + max + ", got " + parser.getText());
            }
            numbers = n == numbers.length ? Arrays.copyOf(numbers, 2 * n) : numbers;
            numbers[n++] = parser.getLongValue();
        }
        return Arrays.copyOf(numbers, n);
    }

    private void expect(JsonToken token, String what) throws IOException {
        JsonToken found = parser.nextToken();
        if (found != token) { throw wrong(at(), what + " must be " + name(token) + ", got " + name(found)); }
    }

    private static String name(JsonToken token) {
        return token == null ? "the end" : switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            default -> token.asString() == null ? token.name() : "'" + token.asString() + "'";
        };
    }

    private long at() {
        return START + Math.max(0, parser.currentTokenLocation().getByteOffset());
    }

    private FormatException wrong(long at, String problem) {
        return new FormatException(source, at, problem);
    }
}
