package dev.steppe.train;

import dev.steppe.core.Buffers;
import dev.steppe.core.FormatException;
import dev.steppe.core.Parameters;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.data.Loader;
import dev.steppe.kernels.DType;
import dev.steppe.nn.TensorFile;
import dev.steppe.optim.OptimizerState;
import dev.steppe.optim.StateException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that training changes: with it a run goes on as if it had never stopped.
 *
 * @param data of which data, batches and model the state is: what must be equal in the run that goes on
 * @param position which batch comes next
 * @param sums of the epoch under way
 * @param epochs the reports of all whole epochs
 * @param optimizer weights, statistics, momenta, random keys
 * @param best the best numbers so far, see {@link #encode}; empty if they are not kept
 */
record RunState(Map<String, String> data, Loader.Position position, EpochSums sums, List<EpochReport> epochs, OptimizerState optimizer,
        Map<String, Tensor> best) {
    private static final String KEY = "steppe.run";
    private static final String TENSORS = "optimizer/tensors/";
    private static final String DOUBLES = "optimizer/doubles/";
    private static final String LONGS = "optimizer/longs/";
    private static final String BEST = "best/";
    private static final String POINT = "point";
    private static final String MEAN = "/mean";
    private static final String VARIANCE = "/variance";
    private static final String BATCHES = "/batches";

    TensorFile toFile() {
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("data", data);
        run.put("epoch", position.epoch());
        run.put("batch", position.batch());
        run.put("sums", Records.toMap(sums));
        run.put("epochs", epochs.stream().map(EpochReport::toMap).toList());
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        optimizer.tensors().forEach((name, t) -> tensors.put(TENSORS + name, t));
        optimizer.doubles().forEach((name, value) -> tensors.put(DOUBLES + name, Tensor.scalar(DType.F64, value)));
        best.forEach((name, t) -> tensors.put(BEST + name, t));
        Map<String, Long> counters = new LinkedHashMap<>();
        optimizer.longs().forEach((name, value) -> counters.put(LONGS + name, value));
        return new TensorFile(Map.of(KEY, Json.write(run)), tensors, counters);
    }

    /**
     * Reads what {@link #toFile} made.
     *
     * @param source the file, as the user would name it
     */
    static RunState of(TensorFile file, String source) throws FormatException {
        String json = file.metadata().get(KEY);
        if (json == null) {
            throw new FormatException(source, -1, "is no state of a run: its metadata has no '" + KEY + "'");
        }
        Map<String, Object> run = Json.read(source, json);
        try {
            Map<String, String> data = new LinkedHashMap<>();
            ((Map<?, ?>) run.get("data")).forEach((key, value) -> data.put((String) key, (String) value));
            List<EpochReport> epochs = new ArrayList<>();
            for (Object epoch : (List<?>) run.get("epochs")) {
                epochs.add(EpochReport.of(map(epoch), source));
            }
            Map<String, Double> doubles = new TreeMap<>();
            cut(file.tensors(), DOUBLES).forEach((name, t) -> doubles.put(name, t.item()));
            return new RunState(data,
                    new Loader.Position(Math.toIntExact((Long) run.get("epoch")), Math.toIntExact((Long) run.get("batch"))),
                    Records.of(EpochSums.class, map(run.get("sums")), source), epochs,
                    new OptimizerState(cut(file.tensors(), TENSORS), cut(file.counters(), LONGS), doubles), cut(file.tensors(), BEST));
        } catch (ClassCastException | NullPointerException | ArithmeticException | IllegalArgumentException e) {
            throw new FormatException(source, -1, "is no state of a run: " + e.getMessage(), e);
        }
    }

    /**
     * Checks that this state is one of the run that wants to go on with it.
     *
     * @throws StateException if not, naming both values
     */
    void requireSame(Map<String, String> here, String source) {
        here.forEach((key, value) -> {
            if (!value.equals(data.get(key))) {
                throw new StateException(
                        "the state in " + source + " does not fit: " + key + " is " + data.get(key) + " there, " + value + " here");
            }
        });
    }

    /** Weights and running statistics by name. */
    static Map<String, Tensor> encode(Parameters parameters) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put(POINT, parameters.point().keep());
        for (Buffers.Entry b : parameters.buffers().entries()) {
            tensors.put(b.name() + MEAN, b.mean());
            tensors.put(b.name() + VARIANCE, b.variance());
            tensors.put(b.name() + BATCHES, Tensor.scalar(DType.F64, b.batches()));
        }
        return tensors;
    }

    /** What was {@link #encode}d, in the layout of {@code like}; null if nothing was. */
    static Parameters decode(Map<String, Tensor> tensors, Parameters like) {
        if (tensors.isEmpty()) {
            return null;
        }
        Map<String, Buffers.Entry> buffers = new LinkedHashMap<>();
        for (Buffers.Entry b : like.buffers().entries()) {
            Shape shape = b.mean().shape();
            buffers.put(b.name(), new Buffers.Entry(b.name(), b.handle(), shaped(tensors, b.name() + MEAN, shape),
                    shaped(tensors, b.name() + VARIANCE, shape), (long) shaped(tensors, b.name() + BATCHES, Shape.scalar()).item()));
        }
        return new Parameters(like.space(), shaped(tensors, POINT, like.point().shape()), like.buffers().with(buffers));
    }

    private static Tensor shaped(Map<String, Tensor> tensors, String name, Shape shape) {
        Tensor t = tensors.get(name);
        if (t == null || !t.shape().equals(shape)) {
            throw new StateException(
                    "the state's best '" + name + "' is " + (t == null ? "missing" : t.shape()) + ", this model's is " + shape);
        }
        return t;
    }

    private static <T> Map<String, T> cut(Map<String, T> all, String prefix) {
        Map<String, T> some = new LinkedHashMap<>();
        all.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                some.put(name.substring(prefix.length()), value);
            }
        });
        return some;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object json) {
        return (Map<String, Object>) json;
    }
}
