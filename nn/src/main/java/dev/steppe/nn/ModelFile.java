package dev.steppe.nn;

import dev.steppe.core.Buffers;
import dev.steppe.core.FormatException;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.kernels.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A model's weights and running statistics as a safetensors file in PyTorch's layout: filters OIHW, weights of linear layers [out, in], and for each BatchNorm
 * {@code running_mean}, {@code running_var} (unbiased) and {@code num_batches_tracked}. Python reads such a file with {@code safetensors.torch.load_file} and
 * {@code load_state_dict}, and what it writes is read here. The {@link ModelCard} lies in the metadata.
 */
public final class ModelFile {
    private static final String MEAN = "running_mean";
    private static final String VARIANCE = "running_var";
    private static final String BATCHES = "num_batches_tracked";
    /** How many names a message lists. */
    private static final int SHOWN = 5;

    private final String source;
    private final ModelCard card;
    private final TensorFile content;

    /**
     * What came of loading by name.
     *
     * @param parameters what was found in the file, the rest as it was before
     * @param loaded names that were taken from the file
     * @param kept names that the file does not have, or has in another shape
     * @param unused names in the file that the model does not have, or has in another shape
     */
    public record Match(Parameters parameters, List<String> loaded, List<String> kept, List<String> unused) {
    }

    private record Names(Set<String> loaded, List<String> kept, List<String> unused) {
    }

    private ModelFile(String source, ModelCard card, TensorFile content) {
        this.source = source;
        this.card = card;
        this.content = content;
    }

    /** Saves a model, atomically. The numbers keep their type. */
    public static void save(Path file, Parameters parameters, ModelCard card) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, Long> counters = new LinkedHashMap<>();
        ParameterSpace space = parameters.space();
        for (ParameterSpace.Segment s : space.segments()) {
            tensors.put(s.name(), PyTorchLayout.write(s.weight(), space.view(parameters.point(), s)));
        }
        for (Buffers.Entry b : parameters.buffers().entries()) {
            tensors.put(Layer.join(b.name(), MEAN), b.mean());
            tensors.put(Layer.join(b.name(), VARIANCE), b.variance());
            counters.put(Layer.join(b.name(), BATCHES), b.batches());
        }
        new TensorFile(card.toMetadata(), tensors, counters).write(file);
    }

    /**
     * Reads a file, without yet asking which model it is for.
     *
     * @throws FormatException if it is no proper safetensors file
     */
    public static ModelFile read(Path file) throws IOException {
        TensorFile content = TensorFile.read(file);
        return new ModelFile(file.toString(), ModelCard.of(file.toString(), content.metadata()), content);
    }

    /** What the file says about its model; empty if it was not written by {@link #save}. */
    public Optional<ModelCard> card() {
        return Optional.ofNullable(card);
    }

    /** Name and shape of every tensor, in PyTorch's layout. */
    public Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        content.tensors().forEach((name, t) -> shapes.put(name, t.shape()));
        return shapes;
    }

    /**
     * The same file with other names, for models that name their layers otherwise: {@code renamed(n -> n.replace("downsample", "shortcut"))} for torchvision's.
     *
     * @throws IllegalArgumentException if two names become one
     */
    public ModelFile renamed(UnaryOperator<String> rename) {
        return new ModelFile(source, card,
                new TensorFile(content.metadata(), rename(content.tensors(), rename), rename(content.counters(), rename)));
    }

    /**
     * The numbers of a model, all of them from the file.
     *
     * @param dtype the type to convert to, if it is another one
     * @throws FormatException if a name is missing or superfluous or a shape differs, naming all of them
     */
    public Parameters parameters(Layer model, DType dtype) throws FormatException {
        ParameterSpace space = model.space();
        Buffers buffers = model.initialBuffers(dtype);
        Map<String, Shape> shapes = shapes(space, buffers);
        Names names = names(shapes);
        if (!names.kept().isEmpty() || !names.unused().isEmpty()) {
            throw new FormatException(source, -1,
                    "does not fit this model: " + describe("missing", names.kept(), shapes)
                            + describe("superfluous", names.unused(), shapes)
                            + "see ModelFile.onto for loading a part");
        }
        return onto(new Parameters(space, Tensor.zeros(dtype, Shape.of(space.size())), buffers)).parameters();
    }

    /**
     * Loads what fits by name and shape and leaves the rest: for fine-tuning with a head for other classes. The given numbers are not changed.
     *
     * @param start for example {@code model.initialPoint(seed)}
     */
    public Match onto(Parameters start) {
        ParameterSpace space = start.space();
        Tensor point = start.point().keep();
        Names names = names(shapes(space, start.buffers()));
        for (ParameterSpace.Segment s : space.segments()) {
            if (names.loaded().contains(s.name())) {
                PyTorchLayout.read(content.tensors().get(s.name()), s.weight(), space.view(point, s));
            }
        }
        Map<String, Buffers.Entry> buffers = new LinkedHashMap<>();
        for (Buffers.Entry b : start.buffers().entries()) {
            buffers.put(b.name(), new Buffers.Entry(b.name(), b.handle(), statistic(names, Layer.join(b.name(), MEAN), b.mean()),
                    statistic(names, Layer.join(b.name(), VARIANCE), b.variance()),
                    content.counters().getOrDefault(Layer.join(b.name(), BATCHES), b.batches())));
        }
        return new Match(new Parameters(space, point, start.buffers().with(buffers)), List.copyOf(names.loaded()), names.kept(),
                names.unused());
    }

    private Tensor statistic(Names names, String name, Tensor start) {
        return names.loaded().contains(name) ? content.tensors().get(name).to(start.dtype()) : start;
    }

    /** What the file of a model has, in order: the shape of each tensor, null for a counter. */
    private static Map<String, Shape> shapes(ParameterSpace space, Buffers buffers) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        space.segments().forEach(s -> shapes.put(s.name(), PyTorchLayout.shape(s.weight())));
        for (Buffers.Entry b : buffers.entries()) {
            shapes.put(Layer.join(b.name(), MEAN), b.mean().shape());
            shapes.put(Layer.join(b.name(), VARIANCE), b.variance().shape());
            shapes.put(Layer.join(b.name(), BATCHES), null);
        }
        return shapes;
    }

    private Names names(Map<String, Shape> model) {
        Set<String> loaded = new LinkedHashSet<>();
        List<String> kept = new ArrayList<>();
        model.forEach((name, shape) -> {
            Tensor found = content.tensors().get(name);
            if (shape == null
                    ? content.counters().containsKey(name)
                    : found != null && found.shape().equals(shape) && found.dtype().isFloating()) {
                loaded.add(name);
            } else if (shape != null) {
                // PyTorch before 0.4.1 wrote no counter, and nothing is computed from it: that it is missing is no fault.
                kept.add(name);
            }
        });
        List<String> unused = new ArrayList<>(content.tensors().keySet());
        unused.addAll(content.counters().keySet());
        unused.removeAll(loaded);
        return new Names(loaded, kept, unused);
    }

    /** For example {@code 1 missing (fc.weight: model [10,64], file F32[100,64])}. */
    private String describe(String what, List<String> names, Map<String, Shape> model) {
        if (names.isEmpty()) { return ""; }
        List<String> shown = new ArrayList<>();
        for (String name : names.subList(0, Math.min(SHOWN, names.size()))) {
            Shape shape = model.get(name);
            Tensor found = content.tensors().get(name);
            shown.add(name + ": model " + (shape == null ? counterOrNone(model, name) : shape) + ", file "
                    + (found == null ? counterOrNone(content.counters(), name) : found.type()));
        }
        return names.size() + " " + what + " (" + String.join("; ", shown) + (names.size() > SHOWN ? "; …" : "") + "), ";
    }

    private static String counterOrNone(Map<String, ?> named, String name) {
        return named.containsKey(name) ? "I64[]" : "none";
    }

    private static <T> Map<String, T> rename(Map<String, T> named, UnaryOperator<String> rename) {
        Map<String, T> renamed = new LinkedHashMap<>();
        named.forEach((name, value) -> Checks.that(renamed.put(rename.apply(name), value) == null,
                "renaming gives two tensors the name '" + rename.apply(name) + "'"));
        return renamed;
    }
}
