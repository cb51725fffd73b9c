package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.FormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule of the format, broken once: the message names the file, the byte and both numbers. */
class HostileTensorFileTest {
    private static final String A = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

    @TempDir
    private Path folder;

    static Stream<Arguments> cases() {
        return Stream.of(
                of("empty file", new byte[0], 0, "8 bytes of header length, this file has 0 bytes"),
                of("seven bytes", new byte[7], 0, "this file has 7 bytes"),
                of("length alone", RawFile.of(2, new byte[0], 0), 0, "header length 2, but only 0 bytes follow"),
                of("length 0", RawFile.of(0, bytes("{}"), 0), 0, "header length 0 is not between 2 and 100000000"),
                of("length over the limit", RawFile.of(100_000_001, bytes("{}"), 0), 0,
                        "header length 100000001 is not between 2 and 100000000"),
                of("negative length", RawFile.of(-1, bytes("{}"), 0), 0, "header length 18446744073709551615 is not between"),
                of("length beyond the file", RawFile.of(3, bytes("{}"), 0), 0, "header length 3, but only 2 bytes follow"),
                of("begins with a space", RawFile.of(" {}", 0), 8, "must begin with '{', but it begins with 0x20"),
                of("an array", RawFile.of("[]", 0), 8, "must begin with '{', but it begins with 0x5b"),
                of("UTF-16", RawFile.of("{}".getBytes(StandardCharsets.UTF_16LE), 0), 8, "contains a character NUL"),
                of("invalid UTF-8", RawFile.of(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}, 0), 10, "not valid UTF-8"),
                of("overlong UTF-8", RawFile.of(new byte[] {'{', '"', (byte) 0xc1, (byte) 0xa1, '"', '}'}, 0), 10, "not valid UTF-8"),
                of("unfinished UTF-8", RawFile.of(new byte[] {'{', '"', (byte) 0xe2, (byte) 0x82}, 0), 10, "not valid UTF-8"),
                of("no JSON", RawFile.of("{]", 0), -2, "no JSON that can be read", "']'"),
                of("cut JSON", RawFile.of("{" + A, 8), -2, "no JSON that can be read", "end-of-input"),
                of("text after the object", RawFile.of("{" + A + "}x", 8), -2, "no JSON that can be read"),
                of("a second object", RawFile.of("{" + A + "}{}", 8), -2, "follows after the end of the header"),
                of("comment", RawFile.of("{/**/" + A + "}", 8), -2, "no JSON that can be read"),
                of("trailing comma", RawFile.of("{" + A + ",}", 8), -2, "no JSON that can be read"),
                of("unknown type", with("\"F32\"", "\"F99\""), -2, "tensor 'a': 'dtype' is 'F99'", "read are F64, I64, F32, I32"),
                of("known but unread type", with("\"F32\"", "\"BF16\""), -2, "'dtype' is 'BF16'"),
                of("type of lower case", with("\"F32\"", "\"f32\""), -2, "'dtype' is 'f32'"),
                of("type is a number", with("\"F32\"", "32"), -2, "'dtype' must be a string, got a number"),
                of("type too wide", with("\"F32\"", "\"F64\""), -2, "F64 [2] takes 16 bytes, but data_offsets [0, 8] give it 8"),
                of("shape is a number", with("[2]", "2"), -2, "'shape' must be an array, got a number"),
                of("negative size", with("[2]", "[-2]"), -2, "'shape' must consist of whole numbers", "got -2"),
                of("minus zero", with("[2]", "[2,-0]"), -2, "got -0"),
                of("fraction", with("[2]", "[2.0]"), -2, "got 2.0"),
                of("nested shape", with("[2]", "[[2]]"), -2, "'shape' must consist of whole numbers"),
                of("huge exponent", with("[2]", "[1e999]"), -2, "got 1e999"),
                of("leading zero", with("[2]", "[02]"), -2, "no JSON that can be read"),
                of("size beyond int", with("[2]", "[2147483648]"), -2, "whole numbers from 0 to 2147483647, got 2147483648"),
                of("size beyond long", with("[2]", "[9223372036854775808]"), -2, "no JSON that can be read", "out of range"),
                of("shape overflows", with("[2]", "[2147483647,2147483647,2147483647]"), -2, "tensor 'a'", "elements"),
                of("shape overflows to 8 bytes", with("[2]", "[65536,65536,65536,65536,2]"), -2, "tensor 'a'", "elements"),
                of("one offset", with("[0,8]", "[8]"), -2, "data_offsets must be [begin, end]", "got [8]"),
                of("three offsets", with("[0,8]", "[0,4,8]"), -2, "got [0, 4, 8]"),
                of("offsets turned", with("[0,8]", "[8,0]"), -2, "begin <= end, got [8, 0]"),
                of("shape and offsets differ", with("[0,8]", "[0,4]"), -2, "F32 [2] takes 8 bytes, but data_offsets [0, 4] give it 4"),
                of("offsets beyond the file", RawFile.of("{" + A + "}", 7), -2,
                        "lies at bytes 0 to 8 behind the header, but only 7 follow"),
                of("offsets near the end of long", with("[0,8]", "[9223372036854775799,9223372036854775807]"), -2, "but only 8 follow"),
                of("bytes after the last tensor", RawFile.of("{" + A + "}", 9), 8 + A.length() + 2 + 8, "1 bytes follow after tensor 'a'"),
                of("bytes without tensors", RawFile.of("{}", 4), 10, "4 bytes follow after the header"),
                of("gap before the first", with("[0,8]", "[4,12]", 12), -2,
                        "bytes 0 to 4 between the header and tensor 'a' belong to no tensor"),
                of("gap", two("[12,20]", 20), -2, "bytes 8 to 12 between tensor 'a' and tensor 'b' belong to no tensor"),
                of("overlap", two("[4,12]", 12), -2, "tensor 'b' begins at byte 4, within tensor 'a', which ends at 8"),
                of("the same bytes twice", two("[0,8]", 8), -2, "tensor 'b' begins at byte 0, within tensor 'a', which ends at 8"),
                of("name twice", RawFile.of("{" + A + "," + A.replace("[0,8]", "[8,16]") + "}", 16), -2, "tensor 'a' is there twice"),
                of("escaped name twice", RawFile.of("{" + A + "," + A.replace("\"a\"", "\"\\u0061\"").replace("[0,8]", "[8,16]") + "}", 16),
                        -2,
                        "tensor 'a' is there twice"),
                of("key twice", with("[2]", "[2],\"shape\":[2]"), -2, "tensor 'a': 'shape' is there twice"),
                of("unknown key", with("[2]", "[2],\"strides\":[1]"), -2, "'strides' is there twice, or unknown"),
                of("no dtype", with("\"dtype\":\"F32\",", ""), -2, "tensor 'a' lacks dtype"),
                of("no shape", with("\"shape\":[2],", ""), -2, "tensor 'a' lacks shape"),
                of("no offsets", with(",\"data_offsets\":[0,8]", ""), -2, "tensor 'a' lacks data_offsets"),
                of("tensor is null", RawFile.of("{\"a\":null}", 0), -2, "tensor 'a' must be an object, got 'null'"),
                of("metadata is a string", RawFile.of("{\"__metadata__\":\"x\"}", 0), -2, "'__metadata__' must be an object, got a string"),
                of("metadata holds a number", RawFile.of("{\"__metadata__\":{\"k\":1}}", 0), -2,
                        "metadata 'k' must be a string, got a number"),
                of("metadata key twice", RawFile.of("{\"__metadata__\":{\"k\":\"1\",\"k\":\"1\"}}", 0), -2, "metadata 'k' is there twice"),
                of("metadata twice", RawFile.of("{\"__metadata__\":{},\"__metadata__\":{}}", 0), -2, "'__metadata__' is there twice"),
                of("I64 with axes", with("\"F32\",\"shape\":[2]", "\"I64\",\"shape\":[1]"), -2, "of type I64 only single numbers"),
                of("depth 10,000", RawFile.of("{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}", 0), -2,
                        "must be an object, got an array"),
                of("depth 10,000 in a shape", with("[2]", "[".repeat(10_000) + "]".repeat(10_000)), -2, "whole numbers"),
                of("name of 1 MB", RawFile.of("{\"" + "n".repeat(1 << 20) + "\":1}", 0), -2, "no JSON that can be read",
                        "exceeds the maximum allowed"),
                of("number of 1 MB", with("[2]", "[" + "1".repeat(1 << 20) + "]"), -2, "no JSON that can be read"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void refuses(String what, byte[] file, long offset, String[] parts) throws IOException {
        Path path = RawFile.write(folder, file);
        FormatException e = assertThrows(FormatException.class, () -> TensorFile.read(path));
        assertEquals(path.toString(), e.source());
        if (offset != -2) {
            assertEquals(offset, e.offset(), e.getMessage());
        }
        assertTrue(e.offset() >= 0 && e.offset() <= file.length, e.getMessage());
        assertTrue(e.getMessage().startsWith(path + ": at byte " + e.offset() + ": "), e.getMessage());
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), "'" + part + "' should be in: " + e.getMessage());
        }
    }

    @Test
    void theCasesDifferFromAGoodFileInOneThingOnly() throws IOException {
        TensorFile file = TensorFile.read(RawFile.write(folder, with("", "")));
        assertEquals("F32[2]", file.tensors().get("a").type().toString());
        assertEquals(2, TensorFile.read(RawFile.write(folder, two("[8,16]", 16))).tensors().size());
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] file = two("[8,16]", 16);
        for (int n = 0; n < file.length; n++) {
            Path cut = RawFile.write(folder, Arrays.copyOf(file, n));
            assertThrows(FormatException.class, () -> TensorFile.read(cut), () -> "cut to " + Files.exists(cut));
        }
    }

    /** A flipped bit may leave a proper file of another content (another name, another number); it never leaves anything else. */
    @Test
    void everyFlippedBitIsRefusedOrHarmless() throws IOException {
        byte[] file = RawFile
                .of("{\"__metadata__\":{\"format\":\"pt\"}," + A + ",\"b\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[8,16]}}", 16);
        int refused = 0;
        for (int bit = 0; bit < 8 * (file.length - 16); bit++) {
            byte[] flipped = file.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Path path = RawFile.write(folder, flipped);
            try {
                TensorFile read = TensorFile.read(path);
                assertEquals(2, read.tensors().size() + read.counters().size());
            } catch (FormatException e) {
                refused++;
            }
        }
        assertTrue(refused > 8 * (file.length - 16) / 2, "refused " + refused);
    }

    private static byte[] with(String part, String instead) {
        return with(part, instead, 8);
    }

    private static byte[] with(String part, String instead, int data) {
        return RawFile.of("{" + A.replace(part, instead) + "}", data);
    }

    private static byte[] two(String offsets, int data) {
        return RawFile.of("{" + A + ",\"b\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":" + offsets + "}}", data);
    }

    private static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    private static Arguments of(String what, byte[] file, long offset, String... parts) {
        return Arguments.of(what, file, offset, parts);
    }
}
