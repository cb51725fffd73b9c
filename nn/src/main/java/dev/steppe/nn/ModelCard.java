package dev.steppe.nn;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.steppe.core.FormatException;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * What one has to know to use a saved model: it lies in the metadata of the file, beside the weights.
 *
 * @param model a name of {@link Models}, or any name for a model of one's own
 * @param mean of each input channel, subtracted from what the model is given
 * @param deviation of each input channel, by which it is divided then
 * @param classes the names of the classes, in the order of the outputs
 */
public record ModelCard(String model, List<Double> mean, List<Double> deviation, List<String> classes) {
    private static final String MODEL = "steppe.model";
    private static final String MEAN = "steppe.mean";
    private static final String DEVIATION = "steppe.std";
    private static final String CLASSES = "steppe.classes";

    /**
     * @throws NullPointerException if there is no name
     * @throws IllegalArgumentException if there is not one positive finite deviation for each mean
     */
    public ModelCard {
        Objects.requireNonNull(model, "model");
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        classes = List.copyOf(classes);
        Checks.that(mean.size() == deviation.size(),
                "model card: " + mean.size() + " means and " + deviation.size() + " deviations; there must be one of each for a channel");
        for (int i = 0; i < mean.size(); i++) {
            Checks.that(Double.isFinite(mean.get(i)) && deviation.get(i) > 0 && Double.isFinite(deviation.get(i)),
                    "model card: mean " + mean.get(i) + " and deviation " + deviation.get(i) + " of channel " + i
                            + " must be finite, the deviation positive");
        }
    }

    /** The same from arrays, as a dataset's normalisation has them. */
    public static ModelCard of(String model, float[] mean, float[] deviation, List<String> classes) {
        return new ModelCard(model, doubles(mean), doubles(deviation), classes);
    }

    private static List<Double> doubles(float[] values) {
        return IntStream.range(0, values.length).mapToObj(i -> (double) values[i]).toList();
    }

    /** How many channels the images have. */
    public int channels() {
        return mean.size();
    }

    /** As metadata of a file; {@code format: pt} tells Python's loaders that the layout is PyTorch's. */
    Map<String, String> toMetadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put(MODEL, model);
        metadata.put(MEAN, mean.toString());
        metadata.put(DEVIATION, deviation.toString());
        metadata.put(CLASSES, toJson(classes));
        return metadata;
    }

    /** From the metadata of a file; null if it has none of ours. */
    static ModelCard of(String source, Map<String, String> metadata) throws FormatException {
        if (!metadata.containsKey(MODEL)) { return null; }
        try {
            return new ModelCard(metadata.get(MODEL), numbers(metadata, MEAN), numbers(metadata, DEVIATION), strings(metadata, CLASSES));
        } catch (IOException | IllegalArgumentException e) {
            throw new FormatException(source, -1, "its metadata is no model card: " + e.getMessage(), e);
        }
    }

    private static List<Double> numbers(Map<String, String> metadata, String key) throws IOException {
        List<Double> numbers = new ArrayList<>();
        for (String s : strings(metadata, key)) {
            numbers.add(Double.valueOf(s));
        }
        return numbers;
    }

    /** The elements of a flat JSON array. */
    private static List<String> strings(Map<String, String> metadata, String key) throws IOException {
        String text = metadata.get(key);
        if (text == null) { throw new IOException("there is no '" + key + "'"); }
        List<String> strings = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(text)) {
            if (json.nextToken() != JsonToken.START_ARRAY) { throw new IOException("'" + key + "' is no JSON array: " + text); }
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (!json.currentToken().isScalarValue()) { throw new IOException("'" + key + "' is no flat JSON array: " + text); }
                strings.add(json.getText());
            }
        }
        return strings;
    }

    private static String toJson(List<String> strings) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeArray(strings.toArray(new String[0]), 0, strings.size());
        } catch (IOException e) {
            throw new IllegalStateException("a string cannot fail to be written to", e);
        }
        return text.toString();
    }
}
