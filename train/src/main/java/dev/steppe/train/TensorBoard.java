package dev.steppe.train;

import dev.steppe.optim.StepReport;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes an event file that TensorBoard reads: {@code tensorboard --logdir FOLDER}. Tags are {@code step/loss} and others for each step, {@code epoch/testAccuracy} and
 * others for each epoch, named as the components of {@link StepReport} and {@link EpochReport}; steps count from 1. What is not finite is left out.
 *
 * <p>The file is a sequence of TFRecords (length, masked CRC-32C of the length, data, masked CRC-32C of the data; TensorFlow's {@code record_writer.h}), each
 * an {@code Event} in protocol buffers ({@code event.proto}: 1 wall_time, 2 step, 3 file_version, 5 summary; {@code summary.proto}: 1 value, in it 1 tag,
 * 2 simple_value). It is given to the system after each epoch; of a run that is killed, what came after the last one is lost. A run that goes on begins another file.
 */
public final class TensorBoard implements TrainingListener, AutoCloseable {
    private static final int MASK_DELTA = 0xa282ead8;
    private static final int DOUBLE = 1;
    private static final int VARINT = 0;
    private static final int BYTES = 2;
    private static final int FLOAT = 5;

    private final OutputStream out;

    /**
     * Begins a file {@code events.out.tfevents.*}.
     *
     * @param folder is created if need be
     * @throws IOException if it cannot be written
     */
    public TensorBoard(Path folder) throws IOException {
        Files.createDirectories(folder);
        long now = System.currentTimeMillis();
        Path file = folder.resolve("events.out.tfevents." + now / 1000 + ".steppe." + now % 1000 + "." + ProcessHandle.current().pid());
        out = new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND), 1 << 16);
        Message first = new Message().fixed64(1, now / 1e3);
        first.bytes(3, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
        record(first.toBytes());
        out.flush();
    }

    @Override
    public void onStep(Progress progress) {
        StepReport r = progress.report();
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("step/loss", r.loss());
        numbers.put("step/learningRate", r.learningRate());
        numbers.put("step/gradientNorm", r.gradientNorm());
        numbers.put("step/perturbationNorm", r.perturbationNorm());
        numbers.put("step/sharpness", r.sharpness());
        numbers.put("step/cosine", r.cosine());
        r.extra().forEach((name, value) -> numbers.put("step/" + name, value));
        write(r.step() + 1, numbers);
    }

    @Override
    public void onEpoch(EpochReport report) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        report.toMap().forEach((name, value) -> {
            if (value instanceof Double number) {
                numbers.put("epoch/" + name, number);
            }
        });
        report.extra().forEach((name, value) -> numbers.put("epoch/" + name, value));
        write(report.step(), numbers);
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(long step, Map<String, Double> numbers) {
        Message summary = new Message();
        numbers.forEach((tag, number) -> {
            if (Float.isFinite((float) (double) number)) {
                summary.bytes(1,
                        new Message().bytes(1, tag.getBytes(StandardCharsets.UTF_8)).fixed32(2, (float) (double) number).toBytes());
            }
        });
        Message event = new Message().fixed64(1, System.currentTimeMillis() / 1e3).varint(2, step).bytes(5, summary.toBytes());
        try {
            record(event.toBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void record(byte[] data) throws IOException {
        byte[] length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(data.length).array();
        out.write(length);
        out.write(masked(length));
        out.write(data);
        out.write(masked(data));
    }

    /** The check sum as the format wants it: turned by 15 bits and moved, so that a sum over data that hold sums is none of theirs. */
    private static byte[] masked(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data, 0, data.length);
        int value = Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
    }

    /** Ends the file. */
    @Override
    public void close() throws IOException {
        out.close();
    }

    /** A message of protocol buffers: fields, each a key and a value (protobuf.dev/programming-guides/encoding). */
    private static final class Message {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Message varint(int field, long value) {
            plain((long) field << 3 | VARINT);
            plain(value);
            return this;
        }

        Message fixed64(int field, double value) {
            plain((long) field << 3 | DOUBLE);
            bytes.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value).array());
            return this;
        }

        Message fixed32(int field, float value) {
            plain((long) field << 3 | FLOAT);
            bytes.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
            return this;
        }

        Message bytes(int field, byte[] value) {
            plain((long) field << 3 | BYTES);
            plain(value.length);
            bytes.writeBytes(value);
            return this;
        }

        private void plain(long value) {
            long rest = value;
            for (; (rest & ~0x7fL) != 0; rest >>>= 7) {
                bytes.write((int) (rest & 0x7f | 0x80));
            }
            bytes.write((int) rest);
        }

        byte[] toBytes() {
            return bytes.toByteArray();
        }
    }
}
