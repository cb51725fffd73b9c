package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.FormatException;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;

/** Headers that are almost right: a file is read and its header can be written again, or it is refused with a {@link FormatException}; nothing else happens. */
class TensorFileFuzzTest {
    /** 10,000 files in verify, 1,000,000 in the nightly suite. */
    private static final int PER_TRY = "nightly".equals(System.getProperty("steppe.suite")) ? 1000 : 10;
    private static final String[] NAMES = {"a", "b", "c", "\\u0061", "layer1.0.conv1.weight", "", "é", "\\ud800", "__metadata__"};
    private static final String[] TYPES = {"F32", "F64", "I32", "I64", "F16", "BOOL", "", "F32 "};
    private static final String[] KEYS = {"shape", "dtype", "x"};
    private static final String[] NUMBERS = {"0", "1", "2", "3", "4", "8", "12", "16", "65536", "2147483647", "4294967296",
        "9223372036854775807",
        "9223372036854775808", "-1", "-0", "1.0", "1e2", "01", "null", "\"4\"", "[]"};

    private Path file;

    @BeforeProperty
    void create() throws IOException {
        file = Files.createTempFile("steppe", ".safetensors");
    }

    @AfterProperty
    void delete() throws IOException {
        Files.delete(file);
    }

    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    void isReadOrRefused(@ForAll long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < PER_TRY; i++) {
            boolean read = isRead(any(random));
            Statistics.label("outcome").collect(read ? "read" : "refused");
        }
        Statistics.label("outcome").coverage(c -> {
            c.check("read").percentage(p -> p > 5);
            c.check("refused").percentage(p -> p > 50);
        });
    }

    private boolean isRead(byte[] bytes) throws IOException {
        Files.write(file, bytes);
        TensorFile read;
        try {
            read = TensorFile.read(file);
        } catch (FormatException e) {
            return false;
        }
        byte[] json = TensorHeader.of(read).toJson();
        TensorHeader again = new HeaderParser("again", json).parse();
        again.requireCover("again", 8 + json.length, again.entries().isEmpty() ? 0 : again.entries().getLast().end());
        assertEquals(read.metadata(), again.metadata());
        assertEquals(read.tensors().size() + read.counters().size(), again.entries().size());
        for (TensorHeader.Entry e : again.entries()) {
            Tensor t = read.tensors().get(e.name());
            assertTrue(t == null ? read.counters().containsKey(e.name()) : t.type().equals(new TensorType(e.type().dtype(), e.shape())),
                    e.name());
        }
        return true;
    }

    private static byte[] any(SplittableRandom random) {
        int[] end = {0};
        byte[] header = header(random, end).getBytes(StandardCharsets.UTF_8);
        int data = random.nextInt(3) == 0 ? 4 * random.nextInt(7) + random.nextInt(2) : end[0];
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> {
                for (int n = 1 + random.nextInt(3); n > 0; n--) {
                    header[random.nextInt(header.length)] = (byte) random.nextInt();
                }
            }
            case 3 -> {
                byte[] bytes = new byte[random.nextInt(300)];
                random.nextBytes(bytes);
                return bytes;
            }
            default -> {
            }
        }
        return RawFile.of(header, data);
    }

    /** @param end set to the number of bytes that the proper ones among the tensors take */
    private static String header(SplittableRandom random, int[] end) {
        List<String> parts = new ArrayList<>();
        for (int n = random.nextInt(5); n > 0; n--) {
            int size = random.nextInt(3);
            switch (random.nextInt(8)) {
                case 0, 1 -> parts.add(
                        "\"%s\":{\"dtype\":\"%s\",\"%s\":%s,\"data_offsets\":%s}".formatted(one(NAMES, 3, random), one(TYPES, 4, random),
                                one(KEYS, 1, random), numbers(3, random), numbers(2, random)));
                case 2 -> parts.add("\"__metadata__\":{\"format\":" + (random.nextBoolean() ? "\"pt\"" : "null") + "}");
                default -> {
                    parts.add("\"%s\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[%d,%d]}".formatted(NAMES[n], size, end[0],
                            end[0] + 4 * size));
                    end[0] += 4 * size;
                }
            }
        }
        return "{" + String.join(",", parts) + "}";
    }

    private static String numbers(int max, SplittableRandom random) {
        List<String> numbers = new ArrayList<>();
        for (int n = random.nextInt(max + 1); n > 0; n--) {
            numbers.add(one(NUMBERS, 8, random));
        }
        return "[" + String.join(",", numbers) + "]";
    }

    /** One of the first {@code usual} values most of the time. */
    private static String one(String[] values, int usual, SplittableRandom random) {
        return values[random.nextInt(random.nextInt(5) == 0 ? values.length : usual)];
    }
}
