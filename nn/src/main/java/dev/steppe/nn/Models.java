package dev.steppe.nn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Models by name, as the command line and saved files know them. */
public final class Models {
    private static final Pattern WIDE = Pattern.compile("wrn(\\d{1,4})-(\\d{1,4})");
    private static final String LARGE = "-imagenet";

    private interface Maker {
        Layer make(int channels, int classes);
    }

    private Models() {
    }

    /**
     * A new model. {@code resnet8}, {@code resnet14}, {@code resnet20}, {@code resnet32}, {@code resnet44}, {@code resnet56}, {@code resnet110} are
     * {@link ResNet#cifar}; {@code resnet18}, {@code resnet34}, {@code resnet50}, {@code resnet101}, {@code resnet152} are {@link ResNet#of} with the stem for
     * small images, or with the one for large images where {@code -imagenet} follows; {@code wrn16-4}, {@code wrn28-10} and all other {@code wrn<depth>-<k>}
     * are {@link WideResNet}.
     *
     * @param channels of the images
     * @throws IllegalArgumentException if there is no such model, naming the nearest one
     */
    public static Layer named(String name, int channels, int classes) {
        Maker maker = makers().get(name);
        if (maker != null) { return maker.make(channels, classes); }
        Matcher wide = WIDE.matcher(name);
        if (wide.matches()) {
            return new WideResNet(WideResNet.Options.of(Integer.parseInt(wide.group(1)), Integer.parseInt(wide.group(2)), classes)
                    .channels(channels));
        }
        String nearest = names().stream().min(Comparator.comparingInt(n -> distance(name, n))).orElseThrow();
        throw new IllegalArgumentException(
                "no model is named '" + name + "'; did you mean '" + nearest + "'? There are " + String.join(", ", names()));
    }

    /** The names of all models; of the wide ones just the usual ones. */
    public static List<String> names() {
        return new ArrayList<>(makers().keySet());
    }

    private static Map<String, Maker> makers() {
        Map<String, Maker> makers = new LinkedHashMap<>();
        for (int depth : new int[] {8, 14, 20, 32, 44, 56, 110}) {
            makers.put("resnet" + depth, (channels, classes) -> new ResNet(ResNet.Options.cifar(depth, classes).channels(channels)));
        }
        for (int depth : new int[] {18, 34, 50, 101, 152}) {
            makers.put("resnet" + depth, (channels, classes) -> new ResNet(ResNet.Options.of(depth, classes).channels(channels)));
            makers.put("resnet" + depth + LARGE, (channels, classes) -> new ResNet(
                    ResNet.Options.of(depth, classes).channels(channels).stem(ResNet.Stem.IMAGENET)));
        }
        makers.put("wrn16-4", (channels, classes) -> new WideResNet(WideResNet.Options.of(16, 4, classes).channels(channels)));
        makers.put("wrn28-10", (channels, classes) -> new WideResNet(WideResNet.Options.of(28, 10, classes).channels(channels)));
        return makers;
    }

    /** How many letters have to be changed, inserted or removed (Levenshtein). */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
