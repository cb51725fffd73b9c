package dev.steppe.nn;

import dev.steppe.core.Parameters;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a model consists of: a line for each layer without children or with weights of its own, in the order in which they compute, with the shape of its output, the number of its
 * parameters and how many multiply-adds it takes for one example. Only products with weights are counted as multiply-adds (convolutions and linear layers), as
 * papers do.
 *
 * @param rows the layers
 * @param parameters of the whole model
 */
public record Summary(List<Row> rows, long parameters) {
    /**
     * One layer.
     *
     * @param path its name in the model
     * @param kind what it is
     * @param input the shape of its input, for a batch of one
     * @param output the shape of its output, for a batch of one
     * @param parameters how many numbers its weights have
     * @param multiplyAdds how many it takes for one example
     */
    public record Row(String path, String kind, Shape input, Shape output, long parameters, long multiplyAdds) {
    }

    /** The rows cannot be changed. */
    public Summary {
        rows = List.copyOf(rows);
    }

    /**
     * Runs a model once, with weights of zero, on one example.
     *
     * @param example shape of an input without its batch axis, for example {@code [32, 32, 3]}
     */
    public static Summary of(Layer model, Shape example) {
        ParameterSpace space = model.space();
        Parameters zeros = new Parameters(space, Tensor.zeros(DType.F32, Shape.of(space.size())), model.initialBuffers(DType.F32));
        int[] batch = new int[example.rank() + 1];
        batch[0] = 1;
        System.arraycopy(example.dims(), 0, batch, 1, example.rank());
        List<Row> rows = new ArrayList<>();
        try (Tape tape = Tape.inference(Kernels.defaults())) {
            Pass pass = new Pass(tape, zeros, Pass.Mode.EVALUATION, RandomKey.of(0));
            Tensor x = tape.constant(Tensor.zeros(DType.F32, Shape.of(batch)));
            ScopedValue.where(Layer.VISITOR, visit -> add(visit, rows)).run(() -> model.forward(x, pass));
        }
        return new Summary(rows, space.size());
    }

    /** Multiply-adds of the whole model for one example. */
    public long multiplyAdds() {
        return rows.stream().mapToLong(Row::multiplyAdds).sum();
    }

    /** The table. */
    @Override
    public String toString() {
        List<String[]> cells = new ArrayList<>();
        cells.add(new String[] {"layer", "kind", "output", "parameters", "multiply-adds"});
        for (Row r : rows) {
            cells.add(new String[] {r.path(), r.kind(), r.output().toString(), count(r.parameters()), count(r.multiplyAdds())});
        }
        cells.add(new String[] {"total", "", "", count(parameters), count(multiplyAdds())});
        int[] width = new int[5];
        for (String[] line : cells) {
            for (int i = 0; i < width.length; i++) {
                width[i] = Math.max(width[i], line[i].length());
            }
        }
        String format = "%%-%ds  %%-%ds  %%-%ds  %%%ds  %%%ds%n".formatted(width[0], width[1], width[2], width[3], width[4]);
        StringBuilder table = new StringBuilder();
        for (String[] line : cells) {
            table.append(String.format(Locale.ROOT, format, (Object[]) line));
        }
        return table.toString();
    }

    private static void add(Layer.Visit visit, List<Row> rows) {
        Layer layer = visit.layer();
        if (layer.children().isEmpty() || layer.ownParameters() > 0) {
            rows.add(new Row(layer.path(), layer.kind(), visit.input(), visit.output(), layer.ownParameters(),
                    layer.multiplyAdds(visit.input(), visit.output())));
        }
    }

    private static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }
}
