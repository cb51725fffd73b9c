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
    private static final String LARGE = "-imagenet";
    private static final List<Family> FAMILIES = List.of(
            new Family("wrn(\\d{1,4})-(\\d{1,4})", List.of("wrn16-4", "wrn28-10"),
                    (depth, k, channels, classes) -> new WideResNet(WideResNet.Options.of(depth, k, classes).channels(channels))),
            new Family("pyramidnet(\\d{1,4})-(\\d{1,4})", List.of("pyramidnet110-48", "pyramidnet110-270"),
                    (depth, alpha, channels, classes) -> new PyramidNet(PyramidNet.Options.of(depth, alpha, classes).channels(channels))),
            new Family("vit(\\d{1,4})-(\\d{1,4})", List.of("vit128-6", "vit192-12"),
                    (width, depth, channels, classes) -> new VisionTransformer(
                            VisionTransformer.Options.of(width, depth, classes).channels(channels))),
            new Family("vit(\\d{1,4})-(\\d{1,4})" + LARGE, List.of("vit192-12" + LARGE, "vit384-12" + LARGE),
                    (width, depth, channels, classes) -> new VisionTransformer(
                            VisionTransformer.Options.of(width, depth, classes).image(224, 16).channels(channels))));

    private interface Maker {
        Layer make(int channels, int classes);
    }

    private interface SizedMaker {
        Layer make(int first, int second, int channels, int classes);
    }

    /** Models with two numbers in their name. */
    private record Family(Pattern pattern, List<String> usual, SizedMaker maker) {
        Family(String pattern, List<String> usual, SizedMaker maker) {
            this(Pattern.compile(pattern), usual, maker);
        }

        /** Null if this is no name of the family. */
        Maker maker(String name) {
            Matcher m = pattern.matcher(name);
            return m.matches()
                    ? (channels, classes) -> maker.make(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)), channels, classes)
                    : null;
        }
    }

    private Models() {
    }

    /**
     * A new model, for images of about 32x32, or of about 224x224 where {@code -imagenet} follows.
     *
     * <ul> <li>{@code resnet8}, {@code resnet14}, {@code resnet20}, {@code resnet32}, {@code resnet44}, {@code resnet56}, {@code resnet110}:
     * {@link ResNet#cifar}; {@code resnet18}, {@code resnet34}, {@code resnet50}, {@code resnet101}, {@code resnet152}, also with {@code -imagenet}:
     * {@link ResNet#of}. <li>{@code vgg11-bn}, {@code vgg13-bn}, {@code vgg16-bn}, {@code vgg19-bn}: {@link Vgg}. <li>{@code wrn28-10} and all other
     * {@code wrn<depth>-<k>}: {@link WideResNet}. <li>{@code pyramidnet110-270} and all other {@code pyramidnet<depth>-<alpha>}: {@link PyramidNet}.
     * <li>{@code vit128-6} and all other {@code vit<width>-<depth>}, also with {@code -imagenet}: {@link VisionTransformer} in patches of 4x4 or 16x16. </ul>
     *
     * @param channels of the images
     * @throws IllegalArgumentException if there is no such model, naming the nearest one
     */
    public static Layer named(String name, int channels, int classes) {
        Maker maker = makers().get(name);
        for (Family family : FAMILIES) {
            maker = maker == null ? family.maker(name) : maker;
        }
        if (maker != null) { return maker.make(channels, classes); }
        String nearest = names().stream().min(Comparator.comparingInt(n -> distance(name, n))).orElseThrow();
        throw new IllegalArgumentException(
                "no model is named '" + name + "'; did you mean '" + nearest + "'? There are " + String.join(", ", names()));
    }

    /** The names of all models; of those with two numbers just the usual ones. */
    public static List<String> names() {
        List<String> names = new ArrayList<>(makers().keySet());
        FAMILIES.forEach(family -> names.addAll(family.usual()));
        return names;
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
        for (int depth : new int[] {11, 13, 16, 19}) {
            makers.put("vgg" + depth + "-bn", (channels, classes) -> new Vgg(Vgg.Options.of(depth, classes).channels(channels)));
        }
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
