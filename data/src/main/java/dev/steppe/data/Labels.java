package dev.steppe.data;

import java.util.List;

/** The checks that all datasets in memory share. */
final class Labels {
    private Labels() {
    }

    /** @throws IllegalArgumentException if there is no example, not one label each, or a label without a name */
    static void check(String name, int examples, int[] labels, List<String> classNames) {
        if (examples == 0) {
            throw new IllegalArgumentException(name + ": no examples");
        }
        if (labels.length != examples) {
            throw new IllegalArgumentException(name + ": " + examples + " examples, " + labels.length + " labels");
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classNames.size()) {
                throw new IllegalArgumentException(
                        name + ": example " + i + " has label " + labels[i] + ", there are " + classNames.size() + " classes");
            }
        }
    }
}
