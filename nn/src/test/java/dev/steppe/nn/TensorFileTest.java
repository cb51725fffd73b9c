package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.FormatException;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFileTest {
    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("some.safetensors");
    }

    @Test
    void everyTypeAndShapeComesBackBitForBit() throws IOException {
        float[] floats = {0f, -0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NaN, Float.NEGATIVE_INFINITY};
        double[] doubles = {Math.PI, -0.0, Double.MIN_VALUE, Double.NaN};
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("floats", Tensor.of(Shape.of(2, 3), floats));
        tensors.put("scalar", Tensor.scalar(DType.F32, 7));
        tensors.put("empty", Tensor.zeros(DType.F64, Shape.of(3, 0, 2)));
        tensors.put("doubles", Tensor.of(Shape.of(4, 1), doubles));
        tensors.put("integers", Tensor.of(Shape.of(3), Integer.MIN_VALUE, 0, Integer.MAX_VALUE));
        tensors.put("slice", Tensor.of(Shape.of(6), floats).view(2, Shape.of(3)));
        Map<String, String> metadata = Map.of("format", "pt", "quote \" and \u2028 line", "\uD83D\uDE00");
        new TensorFile(metadata, tensors, Map.of("n", Long.MIN_VALUE, "m", 1L)).write(file);

        TensorFile read = TensorFile.read(file);
        assertEquals(metadata, read.metadata());
        assertEquals(Map.of("n", Long.MIN_VALUE, "m", 1L), read.counters());
        assertEquals(tensors.keySet(), read.tensors().keySet().stream().collect(java.util.stream.Collectors.toSet()));
        tensors.forEach((name, t) -> {
            assertEquals(t.type(), read.tensors().get(name).type());
            assertArrayEquals(t.toDoubles(), read.tensors().get(name).toDoubles());
        });
        assertEquals(Float.floatToRawIntBits(-0f), Float.floatToRawIntBits(read.tensors().get("floats").toFloats()[1]));
    }

    @Test
    void theFileIsLaidOutAsTheFormatSays() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("b", Tensor.of(Shape.of(1), 1.5f));
        tensors.put("a", Tensor.of(Shape.of(2), 2.5, 3.5));
        new TensorFile(Map.of(), tensors, Map.of()).write(file);
        String header = "{\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[16,20]}}";
        int length = (header.length() + 7) / 8 * 8;
        ByteBuffer expected = ByteBuffer.allocate(8 + length + 20).order(ByteOrder.LITTLE_ENDIAN);
        expected.putLong(length).put(header.getBytes()).put(" ".repeat(length - header.length()).getBytes());
        assertArrayEquals(expected.putDouble(2.5).putDouble(3.5).putFloat(1.5f).array(), Files.readAllBytes(file));
    }

    @Test
    void aThousandTensorsAndOneLargerThanTheBufferComeBack() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < 1000; i++) {
            tensors.put("tensor" + i, Tensor.full(DType.F32, Shape.of(i % 7), i));
        }
        float[] large = new float[700_000];
        for (int i = 0; i < large.length; i++) {
            large[i] = i;
        }
        tensors.put("large", Tensor.of(Shape.of(7, 100_000), large));
        new TensorFile(Map.of(), tensors, Map.of()).write(file);
        TensorFile read = TensorFile.read(file);
        assertEquals(new ArrayList<>(tensors.keySet()), new ArrayList<>(read.tensors().keySet()));
        tensors.forEach((name, t) -> assertArrayEquals(t.toFloats(), read.tensors().get(name).toFloats(), name));
    }

    @Test
    void theWriterRefusesAHeaderThatNoReaderTakes() throws IOException {
        Files.writeString(file, "old");
        TensorFile wide = new TensorFile(Map.of("k", "x".repeat(TensorFile.MAX_HEADER)), Map.of(), Map.of());
        FormatException e = assertThrows(FormatException.class, () -> wide.write(file));
        assertTrue(e.getMessage().contains("at most 100000000 can be read"), e.getMessage());
        assertEquals("old", Files.readString(file));
    }

    @Test
    void aNameIsUsedOnce() {
        Map<String, Tensor> tensors = Map.of("n", Tensor.scalar(DType.F32, 1));
        assertThrows(IllegalArgumentException.class, () -> new TensorFile(Map.of(), tensors, Map.of("n", 1L)));
        assertThrows(IllegalArgumentException.class,
                () -> new TensorFile(Map.of(), Map.of("__metadata__", Tensor.scalar(DType.F32, 1)), Map.of()));
    }

    @Test
    void aFileThatShrinksWhileItIsReadIsReported() throws IOException {
        new TensorFile(Map.of(), Map.of("t", Tensor.zeros(DType.F32, Shape.of(600_000))), Map.of()).write(file);
        FaultyFiles faulty = new FaultyFiles();
        faulty.endAfter(1_500_000);
        FormatException e = assertThrows(FormatException.class, () -> TensorFile.read(faulty.wrap(file)));
        assertTrue(e.getMessage().contains("the file ends here"), e.getMessage());
    }
}
