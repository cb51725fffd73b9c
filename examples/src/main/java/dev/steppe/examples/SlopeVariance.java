package dev.steppe.examples;

import dev.steppe.core.Batch;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.Points;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.data.FashionMnist;
import dev.steppe.data.Loader;
import dev.steppe.data.Normalise;
import dev.steppe.data.TrainTest;
import dev.steppe.kernels.Kernels;
import dev.steppe.nn.ResNet;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.Options;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.Vasso;

/**
 * Does VASSO do what it is named for? Its slope d, a running mean of the gradients of minibatches, should vary less around the whole gradient than these: at weights that
 * do not move {@code theta^2} of their variance given the steps before, and {@code theta / (2 - theta)} in the long run. Measured on a ResNet-8 and the embedded
 * Fashion-MNIST sample; in training the weights move, and d is also late. Arguments: theta, the number of steps before and between looks, the number of looks, images per
 * batch.
 */
public final class SlopeVariance {
    /** What the recipe remembers of VASSO. */
    private static final String SLOPE = "variant/direction";
    /** Batches whose mean stands for the whole gradient. */
    private static final int BATCHES = 20;
    /** So small that F32 weights stay where they are. */
    private static final double NO_RATE = 1e-30;

    private final double theta;
    private final Loader batches;
    private final Objective objective;
    private final Points points = new Points(Kernels.defaults());

    private SlopeVariance(double theta, Loader batches, Objective objective) {
        this.theta = theta;
        this.batches = batches;
        this.objective = objective;
    }

    /** Prints the two variances at weights that move, look by look, and then at the last ones, held still. */
    public static void main(String[] args) {
        double theta = args.length > 0 ? Double.parseDouble(args[0]) : 0.4;
        int steps = args.length > 1 ? Integer.parseInt(args[1]) : 78;
        int looks = args.length > 2 ? Integer.parseInt(args[2]) : 4;
        int size = args.length > 3 ? Integer.parseInt(args[3]) : 128;
        TrainTest data = FashionMnist.sample();
        ResNet model = new ResNet(ResNet.Options.cifar(8, 10).channels(1));
        try (Loader batches = Loader.training(data.train(), size, 1, Normalise.measure(data.train()))) {
            new SlopeVariance(theta, batches, Objective.of(model::forward, Losses::crossEntropy)).look(model.initialPoint(1), steps, looks);
        }
    }

    /** The whole gradient, nearly, and the variance of those of batches: the mean of {@code |g - mean|^2}. */
    private record Gradient(Tensor mean, double variance) {
    }

    private void look(Parameters start, int steps, int looks) {
        Optimizer vasso = vasso(start, 0.05);
        System.out.printf("theta %.2f, in training: |d - whole gradient|^2 beside that of a batch's gradient%n", theta);
        for (int look = 1; look <= looks; look++) {
            for (int i = 1; i < steps; i++) {
                vasso.step(batches.next());
            }
            Gradient g = gradient(vasso.current());
            vasso.step(batches.next());
            double slope = distance(vasso.state().tensors().get(SLOPE), g);
            System.out.printf("  step %5d  d %.4f  g %.4f  ratio %.3f%n", vasso.steps(), slope, g.variance, slope / g.variance);
        }
        still(vasso.current(), steps * looks);
    }

    private Optimizer vasso(Parameters start, double rate) {
        return Vasso.defaults().theta(theta).over(Sgd.of(rate)).minimise(objective, start, Options.defaults());
    }

    private Gradient gradient(Parameters at) {
        Evaluator evaluator = new Evaluator(Kernels.defaults(), objective);
        Tensor mean = points.zeros(at.point());
        double squares = 0;
        for (int k = 1; k <= BATCHES; k++) {
            Batch batch = batches.next();
            Tensor g = points.zeros(mean);
            evaluator.gradient(batch, at, Pass.Mode.TRAINING_FROZEN_STATISTICS, RandomKey.of(0), g);
            Tensor off = points.zeros(mean);
            points.combine(1, g, -1, mean, off);
            // Welford's update: what is added is |g - old mean| |g - new mean|.
            points.axpy(1.0 / k, off, mean);
            squares += points.dot(off, off) * (k - 1) / k;
        }
        return new Gradient(mean, squares / (BATCHES - 1));
    }

    /** {@code |x - whole gradient|^2}, without what the mean of {@link #BATCHES} batches is itself off. */
    private double distance(Tensor x, Gradient g) {
        Tensor off = points.zeros(x);
        points.combine(1, x, -1, g.mean, off);
        return points.dot(off, off) - g.variance / BATCHES;
    }

    private void still(Parameters at, int steps) {
        Parameters here = new Parameters(at.space(), at.point().keep(), at.buffers());
        Gradient g = gradient(here);
        Optimizer vasso = vasso(here, NO_RATE);
        Tensor before = null;
        double slopes = 0;
        double news = 0;
        int counted = 0;
        for (int i = 0; i < steps; i++) {
            vasso.step(batches.next());
            Tensor slope = vasso.state().tensors().get(SLOPE);
            // The first slope is the first gradient; after 5 / theta steps it counts for less than 1e-4.
            if (i >= 5 / theta) {
                slopes += distance(slope, g);
                Tensor part = points.zeros(slope);
                points.combine(1 / theta, slope, -(1 - theta) / theta, before, part);
                news += theta * theta * distance(part, g);
                counted++;
            }
            before = slope;
        }
        System.out.printf("held still, %d steps: variance of a batch's gradient %.4f%n", counted, g.variance);
        System.out.printf("  of d            ratio %.3f, by theory theta / (2 - theta) = %.3f%n", slopes / counted / g.variance,
                theta / (2 - theta));
        System.out.printf("  given the past  ratio %.3f, by theory theta^2 = %.3f%n", news / counted / g.variance, theta * theta);
    }
}
