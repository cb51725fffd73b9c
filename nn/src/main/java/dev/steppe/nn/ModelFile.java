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
    private static final String MEAN = ".running_mean";
    private static final String VARIANCE = ".running_var";
    private static final String BATCHES = ".num_batches_tracked";
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
            tensors.put(b.name() + MEAN, b.mean());
            tensors.put(b.name() + VARIANCE, b.variance());
            counters.put(b.name() + BATCHES, b.batches());
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
        Match match = onto(new Parameters(space, Tensor.zeros(dtype, Shape.of(space.size())), model.initialBuffers(dtype)));
        if (!match.kept().isEmpty() || !match.unused().isEmpty()) {
            Map<String, Shape> shapes = new LinkedHashMap<>();
            space.segments().forEach(s -> shapes.put(s.name(), PyTorchLayout.shape(s.weight())));
            throw new FormatException(source, -1,
                    "does not fit this model: " + describe("missing", match.kept(), shapes)
                            + describe("superfluous", match.unused(), shapes)
                            + "see ModelFile.onto for loading a part");
        }
        return match.parameters();
    }

    /**
     * Loads what fits by name and shape and leaves the rest: for fine-tuning with a head for other classes. The given numbers are not changed.
     *
     * @param start for example {@code model.initialPoint(seed)}
     */
    public Match onto(Parameters start) {
        ParameterSpace space = start.space();
        Tensor point = start.point().keep();
        DType dtype = point.dtype();
        Set<String> loaded = new LinkedHashSet<>();
        List<String> kept = new ArrayList<>();
        for (ParameterSpace.Segment s : space.segments()) {
            Tensor found = find(s.name(), PyTorchLayout.shape(s.weight()), loaded, kept);
            if (found != null) {
                PyTorchLayout.read(found, s.weight(), space.view(point, s));
            }
        }
        Map<String, Buffers.Entry> buffers = new LinkedHashMap<>();
        for (Buffers.Entry b : start.buffers().entries()) {
            Tensor mean = find(b.name() + MEAN, b.mean().shape(), loaded, kept);
            Tensor variance = find(b.name() + VARIANCE, b.variance().shape(), loaded, kept);
            // PyTorch before 0.4.1 wrote no counter, and nothing is computed from it: that it is missing is no fault.
            Long batches = content.counters().get(b.name() + BATCHES);
            if (batches != null) {
                loaded.add(b.name() + BATCHES);
            }
            buffers.put(b.name(), new Buffers.Entry(b.name(), b.handle(), mean == null ? b.mean() : mean.to(dtype),
                    variance == null ? b.variance() : variance.to(dtype), batches == null ? b.batches() : batches));
        }
        List<String> unused = new ArrayList<>(content.tensors().keySet());
        unused.addAll(content.counters().keySet());
        unused.removeAll(loaded);
        return new Match(new Parameters(space, point, start.buffers().with(buffers)), List.copyOf(loaded), kept, unused);
    }

    private Tensor find(String name, Shape shape, Set<String> loaded, List<String> kept) {
        Tensor found = content.tensors().get(name);
        if (found != null && found.shape().equals(shape) && found.dtype().isFloating()) {
            loaded.add(name);
            return found;
        }
        kept.add(name);
        return null;
    }

    /** For example {@code 1 missing (fc.weight: model [10,64], file F32[100,64])}. */
    private String describe(String what, List<String> names, Map<String, Shape> model) {
        if (names.isEmpty()) { return ""; }
        List<String> shown = new ArrayList<>();
        for (String name : names.subList(0, Math.min(SHOWN, names.size()))) {
            Tensor found = content.tensors().get(name);
            shown.add(name + ": model " + (model.containsKey(name) ? model.get(name) : "none") + ", file "
                    + (found == null ? "none" : found.type()));
        }
        return names.size() + " " + what + " (" + String.join("; ", shown) + (names.size() > SHOWN ? "; …" : "") + "), ";
    }

    private static <T> Map<String, T> rename(Map<String, T> named, UnaryOperator<String> rename) {
        Map<String, T> renamed = new LinkedHashMap<>();
        named.forEach((name, value) -> Checks.that(renamed.put(rename.apply(name), value) == null,
                "renaming gives two tensors the name '" + rename.apply(name) + "'"));
        return renamed;
    }
}
