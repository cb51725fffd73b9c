package dev.steppe.data;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A dataset of which some labels are wrong, as a view: the symmetric label noise with which papers on sharpness-aware training test how much a model learns by
 * heart (Foret et al. 2021, section 3.3). For training sets alone: the accuracy on a test set is to be measured against true labels.
 *
 * <p>Each label is replaced with probability {@code rate}, always by another class, all others being equally probable: a transition matrix of {@code 1 - rate}
 * on the diagonal and {@code rate / (classes - 1)} beside it (van Rooyen et al. 2015; Patrini et al. 2017; Han et al.: Co-teaching, 2018). The other convention
 * draws from all classes, the true one too (Zhang et al. 2017; DivideMix, Li et al. 2020); its rate r is {@code r (classes - 1) / classes} here: 0.4 there is
 * 0.36 here for 10 classes.
 *
 * <p>Whether and to what a label changes depends on the seed and the {@linkplain #id id} of its example alone: neither on the order of examples nor on which
 * part of a dataset they are in; with a greater rate, the labels that were wrong stay as wrong as they were.
 */
public final class LabelNoise implements Dataset {
    private final Dataset clean;
    private final double rate;
    private final int[] labels;

    private LabelNoise(Dataset clean, double rate, long seed) {
        int classes = clean.classCount();
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException(clean.name() + ": label noise of rate " + rate + ", expected one from 0 to 1");
        }
        if (classes < 2) {
            throw new IllegalArgumentException(clean.name() + ": label noise needs two classes or more, got " + classes);
        }
        RandomKey whether = RandomKey.of(seed).fold("label noise");
        RandomKey which = whether.fold("class");
        this.clean = clean;
        this.rate = rate;
        this.labels = IntStream.range(0, clean.size()).map(i -> {
            int label = clean.label(i);
            if (whether.uniform(clean.id(i)) >= rate) { return label; }
            int other = which.below(classes - 1, clean.id(i));
            return other < label ? other : other + 1;
        }).toArray();
    }

    /**
     * The same examples, some of them with a wrong label.
     *
     * @param rate probability of a wrong label, from 0 to 1
     * @throws IllegalArgumentException if the rate is not from 0 to 1, or there is just one class
     */
    public static LabelNoise symmetric(Dataset clean, double rate, long seed) {
        return new LabelNoise(clean, rate, seed);
    }

    /** The dataset with its true labels. */
    public Dataset clean() {
        return clean;
    }

    /** How many labels are wrong. */
    public int wrong() {
        return (int) IntStream.range(0, size()).filter(i -> labels[i] != clean.label(i)).count();
    }

    @Override
    public String name() {
        return clean.name();
    }

    @Override
    public int size() {
        return clean.size();
    }

    @Override
    public Shape inputShape() {
        return clean.inputShape();
    }

    @Override
    public void copy(int i, float[] target, int offset) {
        clean.copy(i, target, offset);
    }

    @Override
    public int label(int i) {
        return labels[i];
    }

    @Override
    public List<String> classNames() {
        return clean.classNames();
    }

    @Override
    public int id(int i) {
        return clean.id(i);
    }

    /** The hash of the clean dataset and of the labels; that of the clean dataset if none is wrong. */
    @Override
    public String sha256() {
        String hash = clean.sha256();
        return wrong() == 0 ? hash : new ContentHash().text(hash).words(labels).hex();
    }

    /** The clean dataset, and how many labels are wrong. */
    @Override
    public String toString() {
        return clean + ", " + wrong() + " wrong labels (rate " + rate + ")";
    }
}
