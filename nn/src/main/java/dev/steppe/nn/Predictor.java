package dev.steppe.nn;

import dev.steppe.core.FormatException;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A trained model for use: images in, classes out. Nothing is recorded, and nothing of it ever changes, so any number of threads may call it at the same time.
 *
 * <p>Images are what the model's data were before normalisation, {@code [n, h, w, channels]} or a single {@code [h, w, channels]}, for example grey values or
 * colours from 0 to 1; the mean and deviation of the {@link ModelCard} are applied here.
 *
 * <pre>{@code
 * for (var p : Predictor.load(Path.of("model.safetensors")).top(image, 3)) System.out.println(p.name() + " " + p.probability());
 * }</pre>
 */
public final class Predictor {
    /**
     * One class with the probability that the model gives it.
     *
     * @param id number of the output
     * @param name from the model card
     */
    public record Prediction(int id, String name, double probability) {
    }

    private final Kernels kernels;
    private final Layer model;
    private final Parameters parameters;
    private final ModelCard card;
    private final Tensor mean;
    private final Tensor deviation;

    private Predictor(Kernels kernels, Layer model, Parameters parameters, ModelCard card) {
        this.kernels = kernels;
        this.model = model;
        this.parameters = parameters;
        this.card = card;
        this.mean = row(card.mean(), parameters.point().dtype());
        this.deviation = row(card.deviation(), parameters.point().dtype());
    }

    /** A model as it is now: the weights are copied. */
    public static Predictor of(Kernels kernels, Layer model, Parameters parameters, ModelCard card) {
        return new Predictor(kernels, model, new Parameters(parameters.space(), parameters.point().keep(), parameters.buffers()), card);
    }

    /**
     * A saved model of {@link Models}, computed in F32 by the default kernels.
     *
     * @throws FormatException if the file is damaged, or does not say which model it is
     */
    public static Predictor load(Path file) throws IOException {
        ModelFile saved = ModelFile.read(file);
        ModelCard card = card(file, saved);
        try {
            Layer model = Models.named(card.model(), card.channels(), card.classes().size());
            return new Predictor(Kernels.defaults(), model, saved.parameters(model, DType.F32), card);
        } catch (IllegalArgumentException e) {
            throw new FormatException(file.toString(), -1,
                    e.getMessage() + "; a model of your own is loaded with Predictor.load(file, model)", e);
        }
    }

    /**
     * A saved model of one's own, computed in F32 by the default kernels.
     *
     * @throws FormatException if the file is damaged, or is of another model
     */
    public static Predictor load(Path file, Layer model) throws IOException {
        ModelFile saved = ModelFile.read(file);
        return new Predictor(Kernels.defaults(), model, saved.parameters(model, DType.F32), card(file, saved));
    }

    /** This predictor, computing with other kernels. */
    public Predictor with(Kernels kernels) {
        return new Predictor(kernels, model, parameters, card);
    }

    /** What is known of the model. */
    public ModelCard card() {
        return card;
    }

    /**
     * The outputs of the model, {@code [n, classes]}, or {@code [classes]} for a single image.
     *
     * @throws ShapeException if the images do not fit
     */
    public Tensor logits(Tensor images) {
        Tensor batch = batch(images);
        try (Tape tape = Tape.inference(kernels)) {
            Tensor x = tape.constant(batch).sub(mean).div(deviation);
            Tensor y = model.forward(x, new Pass(tape, parameters, Pass.Mode.EVALUATION, RandomKey.of(0))).keep();
            return images.shape().rank() == 4 ? y : y.view(0, Shape.of(y.size()));
        }
    }

    /** The probability of each class, {@code [n, classes]}, or {@code [classes]} for a single image. */
    public Tensor probabilities(Tensor images) {
        Tensor logits = logits(images);
        try (Tape tape = Tape.inference(kernels)) {
            return tape.constant(logits).softmax().keep();
        }
    }

    /**
     * The most probable classes of a single image, the best one first; equal ones in the order of the outputs.
     *
     * @param k how many; all of them if there are fewer
     */
    public List<Prediction> top(Tensor image, int k) {
        if (image.shape().rank() != 3) { throw new ShapeException("top: expected one image [h, w, channels], got " + image.shape()); }
        Tensor p = probabilities(image);
        List<Prediction> best = new ArrayList<>();
        IntStream.range(0, p.size()).boxed().sorted(Comparator.comparingDouble(i -> -p.get(i))).limit(k)
                .forEach(i -> best.add(new Prediction(i, i < card.classes().size() ? card.classes().get(i) : String.valueOf(i), p.get(i))));
        return best;
    }

    /** The images as a batch of the model's type. */
    private Tensor batch(Tensor images) {
        Shape shape = images.shape();
        if (shape.rank() < 3 || shape.rank() > 4 || shape.dim(-1) != card.channels()) {
            throw new ShapeException("predictor: expected images [n, h, w, " + card.channels() + "] or one image [h, w, " + card.channels()
                    + "], got " + shape);
        }
        Tensor typed = images.dtype() == mean.dtype() ? images : images.to(mean.dtype());
        return shape.rank() == 4 ? typed : typed.view(0, Shape.of(1, shape.dim(0), shape.dim(1), shape.dim(2)));
    }

    private static Tensor row(List<Double> numbers, DType dtype) {
        return Tensor.of(Shape.of(numbers.size()), numbers.stream().mapToDouble(Double::doubleValue).toArray()).to(dtype);
    }

    private static ModelCard card(Path file, ModelFile saved) throws FormatException {
        return saved.card().orElseThrow(() -> new FormatException(file.toString(), -1,
                "has no model card; weights alone are read with ModelFile.read and used with Predictor.of"));
    }
}
