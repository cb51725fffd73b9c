package dev.steppe.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.optim.StepReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Event files, read back by a parser of the formats that shares nothing with the writer. */
class TensorBoardTest {
    @TempDir
    Path temp;

    /** CRC-32C bit by bit (Castagnoli's polynomial, reflected), and the mask of TFRecord. */
    private static int maskedCrc(byte[] data) {
        int crc = ~0;
        for (byte b : data) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ 0x82F63B78;
            }
        }
        crc = ~crc;
        return (crc >>> 15 | crc << 17) + 0xa282ead8;
    }

    private static List<byte[]> records(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<byte[]> records = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            assertEquals(maskedCrc(length), in.getInt());
            byte[] data = new byte[Math.toIntExact(ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong())];
            in.get(data);
            assertEquals(maskedCrc(data), in.getInt());
            records.add(data);
        }
        return records;
    }

    /** The fields of a message: numbers, or bytes. */
    private static Map<Integer, List<Object>> fields(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        Map<Integer, List<Object>> fields = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            long key = varint(in);
            Object value = switch ((int) (key & 7)) {
                case 0 -> varint(in);
                case 1 -> in.getDouble();
                case 2 -> {
                    byte[] bytes = new byte[(int) varint(in)];
                    in.get(bytes);
                    yield bytes;
                }
                case 5 -> in.getFloat();
                default -> throw new AssertionError("wire type of key " + key);
            };
            fields.computeIfAbsent((int) (key >>> 3), k -> new ArrayList<>()).add(value);
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0;; shift += 7) {
            byte b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) { return value; }
        }
    }

    private static Map<String, Float> scalars(Map<Integer, List<Object>> event) {
        Map<String, Float> scalars = new LinkedHashMap<>();
        for (Object value : fields((byte[]) event.get(5).getFirst()).getOrDefault(1, List.of())) {
            Map<Integer, List<Object>> one = fields((byte[]) value);
            scalars.put(new String((byte[]) one.get(1).getFirst(), StandardCharsets.UTF_8), (Float) one.get(2).getFirst());
        }
        return scalars;
    }

    private List<Map<Integer, List<Object>>> events() throws IOException {
        try (Stream<Path> files = Files.list(temp.resolve("log"))) {
            Path file = files.findFirst().orElseThrow();
            assertTrue(file.getFileName().toString().matches("events\\.out\\.tfevents\\.\\d{10}\\..*"), file.toString());
            return records(file).stream().map(TensorBoardTest::fields).toList();
        }
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        long before = System.currentTimeMillis();
        StepReport step = new StepReport(299, 0.75, 2, 2, 0.05, 0.9, Double.NaN, 2, 2, 0.1, Map.of("lambda", 3.5));
        EpochReport epoch = new EpochReport(1, 300, 0.1, 0.8, 1, 0.05, 0.02, 0.9, 2, 2, 0.6, 0.8, 1, List.of(0.5, 1.0), 1, 1, 100,
                Map.of("norm", 7.0));
        try (TensorBoard board = new TensorBoard(temp.resolve("log"))) {
            board.onStep(new TrainingListener.Progress(1, 2, 3, 4, step, 10, 10));
            board.onEpoch(epoch);
            assertEquals(3, events().size(), "an epoch is on the disk when it is over");
        }
        List<Map<Integer, List<Object>>> events = events();
        assertEquals("brain.Event:2", new String((byte[]) events.getFirst().get(3).getFirst(), StandardCharsets.UTF_8));
        for (Map<Integer, List<Object>> event : events) {
            double wall = (Double) event.get(1).getFirst();
            assertTrue(wall >= before / 1e3 - 1 && wall <= System.currentTimeMillis() / 1e3 + 1);
        }
        assertEquals(300L, events.get(1).get(2).getFirst(), "a number of more than 7 bits");
        Map<String, Float> ofStep = scalars(events.get(1));
        assertEquals(0.75f, ofStep.get("step/loss"));
        assertEquals(3.5f, ofStep.get("step/lambda"));
        assertFalse(ofStep.containsKey("step/sharpness"), "not finite");
        assertEquals(300L, events.get(2).get(2).getFirst());
        Map<String, Float> ofEpoch = scalars(events.get(2));
        assertEquals(0.8f, ofEpoch.get("epoch/testAccuracy"));
        assertEquals(7f, ofEpoch.get("epoch/norm"));
    }
}
