package dev.steppe.data;

/**
 * What to train on, and what to test on: examples of one shape and of the same classes.
 *
 * @param train the training set
 * @param test the test set, which training never sees
 */
public record TrainTest(Dataset train, Dataset test) {
    /** @throws IllegalArgumentException if shapes or classes differ */
    public TrainTest {
        if (!train.inputShape().equals(test.inputShape()) || !train.classNames().equals(test.classNames())) {
            throw new IllegalArgumentException("train and test differ: " + describe(train) + " against " + describe(test));
        }
    }

    private static String describe(Dataset data) {
        return data.name() + " has " + data.size() + " examples of shape " + data.inputShape() + " in " + data.classCount() + " classes";
    }
}
