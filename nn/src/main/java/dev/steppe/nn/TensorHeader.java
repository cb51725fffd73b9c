package dev.steppe.nn;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.steppe.core.FormatException;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file.
 *
 * @param metadata strings by key
 * @param entries one for each tensor, in the order of their numbers in the file
 */
record TensorHeader(Map<String, String> metadata, List<Entry> entries) {
    /** The key that is no tensor. */
    static final String METADATA = "__metadata__";
    /** Numbers begin at a multiple of this, so that they can be mapped into memory. */
    private static final int ALIGNMENT = 8;

    /** The types of numbers that are read and written. */
    enum Type {
        F64(8, DType.F64), I64(8, null), F32(4, DType.F32), I32(4, DType.I32);

        private final int bytes;
        private final DType dtype;

        Type(int bytes, DType dtype) {
            this.bytes = bytes;
            this.dtype = dtype;
        }

        int bytes() {
            return bytes;
        }

        /** The type of the tensor, or null for counters. */
        DType dtype() {
            return dtype;
        }

        static Type of(DType dtype) {
            return valueOf(dtype.name());
        }
    }

    /**
     * One tensor.
     *
     * @param begin first byte, counted from the end of the header
     * @param end the byte after the last one
     * @param at where the entry is in the file, for messages
     */
    record Entry(String name, Type type, Shape shape, long begin, long end, long at) {
    }

    /** Larger types first, so that everything is aligned without gaps; otherwise in the order given. */
    static TensorHeader of(TensorFile file) {
        record Named(String name, Type type, Shape shape) {
        }
        List<Named> all = new ArrayList<>();
        file.tensors().forEach((name, t) -> all.add(new Named(name, Type.of(t.dtype()), t.shape())));
        file.counters().forEach((name, n) -> all.add(new Named(name, Type.I64, Shape.scalar())));
        all.sort(Comparator.comparingInt(n -> -n.type().bytes()));
        List<Entry> entries = new ArrayList<>();
        long begin = 0;
        for (Named n : all) {
            long end = begin + (long) n.shape().size() * n.type().bytes();
            entries.add(new Entry(n.name(), n.type(), n.shape(), begin, end, 0));
            begin = end;
        }
        return new TensorHeader(file.metadata(), entries);
    }

    /** The bytes of the header, filled up with spaces. */
    byte[] toJson() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes, JsonEncoding.UTF8)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(METADATA);
                for (Map.Entry<String, String> e : metadata.entrySet()) {
                    json.writeStringField(e.getKey(), e.getValue());
                }
                json.writeEndObject();
            }
            for (Entry e : entries) {
                json.writeObjectFieldStart(e.name());
                json.writeStringField("dtype", e.type().name());
                json.writeFieldName("shape");
                json.writeArray(e.shape().dims(), 0, e.shape().rank());
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {e.begin(), e.end()}, 0, 2);
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        while (bytes.size() % ALIGNMENT != 0) {
            bytes.write(' ');
        }
        return bytes.toByteArray();
    }

    /**
     * Checks that the tensors, one after the other, are all the bytes that follow the header.
     *
     * @param start where these bytes begin in the file
     * @param size how many there are
     */
    void requireCover(String source, long start, long size) throws FormatException {
        long covered = 0;
        String last = "the header";
        for (Entry e : entries) {
            if (e.end() > size) {
                throw new FormatException(source, e.at(), "tensor '" + e.name() + "' lies at bytes " + e.begin() + " to " + e.end()
                        + " behind the header, but only " + size + " follow");
            }
            if (e.begin() < covered) {
                throw new FormatException(source, e.at(),
                        "tensor '" + e.name() + "' begins at byte " + e.begin() + ", within " + last + ", which ends at " + covered);
            }
            if (e.begin() > covered) {
                throw new FormatException(source, e.at(),
                        "bytes " + covered + " to " + e.begin() + " between " + last + " and tensor '" + e.name()
                                + "' belong to no tensor");
            }
            covered = e.end();
            last = "tensor '" + e.name() + "'";
        }
        if (covered < size) {
            throw new FormatException(source, start + covered, (size - covered) + " bytes follow after " + last);
        }
    }
}
