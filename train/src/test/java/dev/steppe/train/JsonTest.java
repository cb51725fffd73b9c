package dev.steppe.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.FormatException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Property
    void readsBackWhatWasWritten(@ForAll String key, @ForAll String text, @ForAll long number, @ForAll double fraction,
            @ForAll boolean flag)
            throws FormatException {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put(key, text);
        object.put(key + 1, number);
        object.put(key + 2, Arrays.asList(flag, null, fraction));
        object.put(key + 3, Map.of(text, fraction));
        assertEquals(object, Json.read("x", Json.write(object)));
        assertEquals(object, Json.read("x", Json.writePretty(object)));
    }

    @Test
    void everyDoubleKeepsItsBits() throws FormatException {
        for (double x : new double[] {0.1, 1e-300, Double.MIN_VALUE, Double.MAX_VALUE, -0.0, 1.0 / 3}) {
            Object read = Json.read("x", Json.write(Map.of("x", x))).get("x");
            assertEquals(Double.doubleToRawLongBits(x), Double.doubleToRawLongBits((Double) read));
        }
    }

    @Test
    void whatJsonDoesNotKnowIsNull() throws FormatException {
        assertNull(Json.read("x", Json.write(Map.of("x", Double.NaN))).get("x"));
        assertEquals("{\"x\":[1.5,null]}", Json.write(Map.of("x", List.of(1.5, Double.NEGATIVE_INFINITY))));
        assertThrows(IllegalArgumentException.class, () -> Json.write(Map.of("x", 1.5f)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "  ", "[1]", "1", "null", "{", "{}x", "{}{}", "{\"a\":1,\"a\":2}", "{\"a\":1e999}",
                "{\"a\":99999999999999999999}",
                "{\"a\":01}", "{'a':1}", "{\"a\":NaN}", "{\"a\":1,}", "{\"a\" 1}", "{\"a\":\"\u0001\"}", "{\"a\":tru}", "{\"a\":[1,2}"})
    void refusesAnythingElse(String text) {
        String message = assertThrows(FormatException.class, () -> Json.read("some/file", text)).getMessage();
        assertTrue(message.startsWith("some/file: "), message);
    }

    @Test
    void refusesWhatIsTooDeepOrTooLong() {
        assertThrows(FormatException.class, () -> Json.read("x", "{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}"));
        assertThrows(FormatException.class, () -> Json.read("x", "{\"a\":" + "1".repeat(10_000) + "}"));
    }

    @Test
    void reportsAreReadBackAndDamagedOnesRefused() throws FormatException {
        EpochReport report = new EpochReport(2, 156, 0.05, 0.7, 1.5, 0.05, Double.NaN, 0.9, 2, 1.5, 0.6, 0.81, 0.99,
                List.of(0.5, Double.NaN), 3.5,
                0.25, 2000,
                Map.of("norm", 3.0));
        String json = Json.write(report.toMap());
        assertEquals(report, EpochReport.of(Json.read("x", json), "x"));
        for (String key : report.toMap().keySet()) {
            Map<String, Object> missing = Json.read("x", json);
            missing.remove(key);
            assertTrue(assertThrows(FormatException.class, () -> EpochReport.of(missing, "x")).getMessage().contains("'" + key + "'"));
            Map<String, Object> wrong = Json.read("x", json);
            wrong.put(key, "text");
            assertTrue(
                    assertThrows(FormatException.class, () -> EpochReport.of(wrong, "x")).getMessage().contains("'" + key + "' is text"));
        }
    }
}
