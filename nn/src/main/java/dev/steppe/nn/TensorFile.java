package dev.steppe.nn;

import dev.steppe.core.FormatException;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Span;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The content of a safetensors file: named tensors (F32, F64, I32), named counters (I64 scalars, as PyTorch's {@code num_batches_tracked}) and metadata. The
 * format is 8 bytes of header length (little-endian), a header in JSON, and the numbers, little-endian and row-major, without gaps
 * (github.com/huggingface/safetensors, README).
 *
 * <p>The reader is as strict as that text and stricter than its reference: duplicate or unknown keys, overlaps, gaps, trailing bytes, sizes that overflow,
 * invalid UTF-8 and other number types are refused, and nothing is allocated that the file is not large enough to fill.
 *
 * @param metadata strings by key, in order
 * @param tensors by name, in order
 * @param counters by name, in order
 */
public record TensorFile(Map<String, String> metadata, Map<String, Tensor> tensors, Map<String, Long> counters) {
    /** Most bytes that a header may have, in the format's own reader as here. */
    public static final int MAX_HEADER = 100_000_000;

    private static final int CHUNK = 1 << 16;

    /** @throws IllegalArgumentException if a name is there twice or reserved */
    public TensorFile {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        counters = Collections.unmodifiableMap(new LinkedHashMap<>(counters));
        for (String name : counters.keySet()) {
            Checks.that(!tensors.containsKey(name), "tensor file: '" + name + "' is both a tensor and a counter");
        }
        Checks.that(!tensors.containsKey(TensorHeader.METADATA) && !counters.containsKey(TensorHeader.METADATA),
                "tensor file: the name '" + TensorHeader.METADATA + "' is reserved");
    }

    /**
     * Reads a file.
     *
     * @throws FormatException if it is not what the format promises, naming file, byte and numbers
     * @throws IOException if it cannot be read
     */
    public static TensorFile read(Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file)) {
            return new Reader(file.toString(), in).read();
        }
    }

    /**
     * Writes a file, atomically ({@link AtomicFile}). Equal contents give equal bytes.
     *
     * @throws FormatException if the header would be longer than readers accept
     * @throws IOException if it cannot be written; an older file of that name is then still there
     */
    public void write(Path file) throws IOException {
        TensorHeader header = TensorHeader.of(this);
        byte[] json = header.toJson();
        if (json.length > MAX_HEADER) {
            throw new FormatException(file.toString(), -1,
                    "not written: its header of " + tensors.size() + " tensors would have " + json.length + " bytes, at most " + MAX_HEADER
                            + " can be read again");
        }
        AtomicFile.write(file, out -> {
            out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
            out.write(json);
            ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
            for (TensorHeader.Entry e : header.entries()) {
                Tensor t = tensors.get(e.name());
                if (t == null) {
                    out.write(buffer.clear().putLong(counters.get(e.name())).array(), 0, 8);
                } else {
                    write(t.span(), buffer, out);
                }
            }
        });
    }

    private static void write(Span numbers, ByteBuffer buffer, OutputStream out) throws IOException {
        int bytes = TensorHeader.Type.of(numbers.dtype()).bytes();
        for (int done = 0; done < numbers.length();) {
            int n = Math.min(numbers.length() - done, CHUNK / bytes);
            int from = numbers.offset() + done;
            buffer.clear();
            switch (numbers) {
                case Span.F32 s -> buffer.asFloatBuffer().put(s.array(), from, n);
                case Span.F64 s -> buffer.asDoubleBuffer().put(s.array(), from, n);
                case Span.I32 s -> buffer.asIntBuffer().put(s.array(), from, n);
            }
            out.write(buffer.array(), 0, n * bytes);
            done += n;
        }
    }

    private static final class Reader {
        private final String source;
        private final FileChannel in;
        private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);

        Reader(String source, FileChannel in) {
            this.source = source;
            this.in = in;
        }

        TensorFile read() throws IOException {
            long size = in.size();
            if (size < 8) {
                throw new FormatException(source, 0,
                        "a safetensors file begins with 8 bytes of header length, this file has " + size + " bytes");
            }
            fill(buffer.limit(8));
            long length = buffer.getLong(0);
            if (length < 2 || length > MAX_HEADER) {
                throw new FormatException(source, 0,
                        "header length " + Long.toUnsignedString(length) + " is not between 2 and " + MAX_HEADER);
            }
            if (length > size - 8) {
                throw new FormatException(source, 0, "header length " + length + ", but only " + (size - 8) + " bytes follow");
            }
            byte[] json = new byte[(int) length];
            fill(ByteBuffer.wrap(json));
            TensorHeader header = new HeaderParser(source, json).parse();
            header.requireCover(source, 8 + length, size - 8 - length);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            Map<String, Long> counters = new LinkedHashMap<>();
            for (TensorHeader.Entry e : header.entries()) {
                if (e.type() == TensorHeader.Type.I64) {
                    fill(buffer.clear().limit(8));
                    counters.put(e.name(), buffer.getLong(0));
                } else {
                    tensors.put(e.name(), tensor(e.type().dtype(), e.shape()));
                }
            }
            return new TensorFile(header.metadata(), tensors, counters);
        }

        private Tensor tensor(DType dtype, Shape shape) throws IOException {
            Span numbers = Span.allocate(dtype, shape.size());
            int bytes = TensorHeader.Type.of(dtype).bytes();
            for (int done = 0; done < numbers.length();) {
                int n = Math.min(numbers.length() - done, CHUNK / bytes);
                fill(buffer.clear().limit(n * bytes));
                buffer.flip();
                switch (numbers) {
                    case Span.F32 s -> buffer.asFloatBuffer().get(s.array(), done, n);
                    case Span.F64 s -> buffer.asDoubleBuffer().get(s.array(), done, n);
                    case Span.I32 s -> buffer.asIntBuffer().get(s.array(), done, n);
                }
                done += n;
            }
            return Tensor.of(shape, numbers);
        }

        private void fill(ByteBuffer to) throws IOException {
            while (to.hasRemaining()) {
                if (in.read(to) < 0) {
                    throw new FormatException(source, in.position(), "the file ends here, " + to.remaining() + " bytes were still to come");
                }
            }
        }
    }
}
