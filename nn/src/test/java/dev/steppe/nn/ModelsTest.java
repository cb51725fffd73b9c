package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.ShapeException;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelsTest {
    /** Counts of the ImageNet models are torchvision's, of the others PyTorch's for the same networks. */
    @ParameterizedTest
    @CsvSource({"resnet8, 75290", "resnet14, 172506", "resnet20, 269722", "resnet32, 464154", "resnet44, 658586", "resnet56, 853018",
        "resnet110, 1727962", "resnet18, 11173962", "resnet34, 21282122", "resnet50, 23520842", "resnet101, 42512970",
        "resnet152, 58156618", "wrn16-4, 2748890", "wrn28-10, 36479194", "wrn40-2, 2243546"})
    void hasTheParametersOfItsPaper(String name, int parameters) {
        assertEquals(parameters, Models.named(name, 3, 10).space().size());
    }

    @ParameterizedTest
    @CsvSource({"18, 11689512", "34, 21797672", "50, 25557032", "101, 44549160", "152, 60192808"})
    void forImageNetHasTheParametersOfTorchvision(int depth, int parameters) {
        assertEquals(parameters, Models.named("resnet" + depth + "-imagenet", 3, 1000).space().size());
    }

    /**
     * PyTorch's counts for the same networks, in the file with the script that made them. Those of VGG are the ones that papers on CIFAR state (9.2, 9.4, 14.7,
     * 20.0 million); for PyramidNets of depth 110 the paper states 1.7, 3.8 and 28.3 million, and its authors' code gives these.
     */
    @Test
    void haveAsManyParametersAsInPyTorch() {
        Json counts = Json.resource("/golden/more-models.json").get("parameters");
        assertEquals(12, counts.keys().size());
        for (String name : counts.keys()) {
            assertEquals(counts.get(name).integer(), Models.named(name, 3, 10).space().size(), name);
        }
        assertEquals(28_485_477, counts.get("pyramidnet110-270").integer());
    }

    /** With a class token and 1000 classes: timm's vit_tiny, vit_small and vit_base_patch16_224; the last is torchvision's vit_b_16, too. */
    @ParameterizedTest
    @CsvSource({"192, 5717416", "384, 22050664", "768, 86567656"})
    void visionTransformersHaveTheParametersOfTimm(int width, int parameters) {
        VisionTransformer.Options options = VisionTransformer.Options.of(width, 12, 1000).image(224, 16)
                .pooling(VisionTransformer.Pooling.CLASS_TOKEN);
        assertEquals(parameters, new VisionTransformer(options).space().size());
    }

    @Test
    void namesOfBottlenecksAreTorchvisions() {
        List<String> names = ResNet.of(50, 10).space().segments().stream().map(ParameterSpace.Segment::name).toList();
        assertEquals(161, names.size());
        assertTrue(
                names.containsAll(List.of("conv1.weight", "layer1.0.conv3.weight", "layer1.0.shortcut.0.weight", "layer1.0.shortcut.1.bias",
                        "layer4.2.bn3.weight", "fc.bias")),
                names.toString());
        assertEquals(Shape.of(3, 3, 128, 128), ResNet.of(50, 10).space().segment("layer2.0.conv2.weight").shape());
    }

    @Test
    void everyModelMapsImagesToLogits() {
        for (String name : List.of("resnet8", "resnet14", "wrn10-1", "vgg11-bn", "pyramidnet8-10")) {
            Layer model = Models.named(name, 1, 7);
            Tensor y = Run.evaluate(model, model.initialPoint(1), Run.normal(DType.F32, Shape.of(2, 33, 31, 1), 1));
            assertEquals(Shape.of(2, 7), y.shape(), name);
        }
        Layer vit = Models.named("vit64-1", 1, 7);
        for (Shape images : List.of(Shape.of(2, 32, 32, 1), Shape.of(2, 28, 28, 1), Shape.of(2, 4, 12, 1))) {
            assertEquals(Shape.of(2, 7), Run.evaluate(vit, vit.initialPoint(1), Run.normal(DType.F32, images, 1)).shape());
        }
        ResNet large = new ResNet(ResNet.Options.of(50, 3).width(4).stem(ResNet.Stem.IMAGENET).channels(2));
        assertEquals(Shape.of(1, 3), Run.evaluate(large, large.initialPoint(1), Run.normal(DType.F32, Shape.of(1, 64, 64, 2), 1)).shape());
        Summary summary = Summary.of(large, Shape.of(64, 64, 2));
        assertEquals(Shape.of(1, 8, 8, 8), row(summary, "layer2.0.conv2").output(), "the stride is in the 3x3");
        assertEquals(Shape.of(1, 16, 16, 8), row(summary, "layer2.0.conv1").output());
    }

    /** What option A is, pixel by pixel. */
    @Test
    void shortcutsWithoutWeightsTakeEverySecondPixelAndPadChannels() {
        Layer shortcut = Blocks.shortcut(ResNet.Shortcut.PAD, 2, 5, 2);
        Tensor x = Run.filled(DType.F64, Shape.of(1, 3, 3, 2), i -> i + 1);
        Tensor y = Run.evaluate(shortcut, shortcut.initialPoint(0, DType.F64), x);
        assertEquals(Shape.of(1, 2, 2, 5), y.shape());
        assertArrayEquals(new double[] {0, 1, 2, 0, 0, 0, 5, 6, 0, 0, 0, 13, 14, 0, 0, 0, 17, 18, 0, 0}, y.toDoubles());
    }

    @Test
    void summariesCountWhatPapersCount() {
        Summary resnet20 = Summary.of(ResNet.cifar(20, 10), Shape.of(32, 32, 3));
        assertEquals(269_722, resnet20.parameters());
        assertEquals(40_551_040, resnet20.multiplyAdds());
        assertEquals(269_722, resnet20.rows().stream().mapToLong(Summary.Row::parameters).sum());
        assertEquals(new Summary.Row("layer2.0.conv1", "Conv2d", Shape.of(1, 32, 32, 16), Shape.of(1, 16, 16, 32), 4608, 1_179_648),
                row(resnet20, "layer2.0.conv1"));
        assertEquals(new Summary.Row("fc", "Linear", Shape.of(1, 64), Shape.of(1, 10), 650, 640), row(resnet20, "fc"));
        assertEquals(555_422_720, Summary.of(ResNet.of(18, 10), Shape.of(32, 32, 3)).multiplyAdds());
        assertEquals(4_089_184_256L, Summary.of(Models.named("resnet50-imagenet", 3, 1000), Shape.of(224, 224, 3)).multiplyAdds());
    }

    @Test
    void aSummaryIsATable() {
        String[] lines = Summary.of(Layers.mlp(2, 64, 3), Shape.of(2)).toString().split("\\R");
        assertArrayEquals(
                new String[] {"layer  kind    output  parameters  multiply-adds", "0      Linear  [1,64]         192            128",
                    "1      ReLU    [1,64]           0              0", "2      Linear  [1,3]          195            192",
                    "total                         387            320"},
                lines);
        Summary grouped = Summary.of(new Conv2d(4, 8, 3).padding(1).groups(2), Shape.of(5, 5, 4));
        assertEquals(3 * 3 * 2 * 8 + 8, grouped.parameters());
        assertEquals(5 * 5 * 8 * 3 * 3 * 2, grouped.multiplyAdds());
    }

    @ParameterizedTest
    @CsvSource({"resnet21, resnet20", "renset18, resnet18", "ResNet50, resnet50", "wrn-28-10, wrn28-10", "'', resnet8",
        "vgg11, vgg11-bn", "pyramidnet-110-270, pyramidnet110-270", "vit192, vit192-12"})
    void anUnknownNameIsAnsweredWithTheNearest(String name, String nearest) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Models.named(name, 3, 10));
        assertTrue(e.getMessage().startsWith("no model is named '" + name + "'; did you mean '" + nearest + "'?"), e.getMessage());
    }

    @Test
    void impossibleModelsAreRefused() {
        refused("6 n + 2 (8, 14, 20, 32, 44, 56, 110, …), got 21", () -> ResNet.cifar(21, 10));
        refused("6 n + 2 (8, 14, 20, 32, 44, 56, 110, …), got 2", () -> ResNet.cifar(2, 10));
        refused("one of 18, 34, 50, 101, 152 (or see ResNet.cifar), got 20", () -> ResNet.of(20, 10));
        refused("6 n + 4 (10, 16, 22, 28, 40, …), got 17", () -> Models.named("wrn17-2", 3, 10));
        refused("width factor must be positive, got 0", () -> Models.named("wrn16-0", 3, 10));
        refused("classes must be positive, got 0", () -> ResNet.cifar(20, 0));
        refused("input channels must be positive, got -1", () -> Models.named("resnet20", -1, 10));
        refused("probability must be in [0, 1), got 1.0", () -> new WideResNet(WideResNet.Options.of(16, 1, 10).dropout(1)));
        refused("one of 11, 13, 16, 19, got 12", () -> Vgg.of(12, 10));
        refused("vgg: needs one stage at least", () -> new Vgg(new Vgg.Options(List.of(), 64, 3, 10)));
        refused("6 n + 2 (8, 20, 56, 110, …), got 111", () -> Models.named("pyramidnet111-270", 3, 10));
        refused("alpha must not be negative, got -1", () -> PyramidNet.of(110, -1, 10));
        refused("the width is a multiple of 64 (128, 192, 384, 768), got 100", () -> Models.named("vit100-2", 3, 10));
        refused("depth must be positive, got 0", () -> Models.named("vit64-0", 3, 10));
        refused("3 heads do not divide a width of 16",
                () -> new VisionTransformer(new VisionTransformer.Options(16, 1, 3, 4, 32, VisionTransformer.Pooling.MEAN, 3, 10)));
        refused("patches of 5 do not divide images of 32",
                () -> new VisionTransformer(VisionTransformer.Options.of(64, 1, 10).image(32, 5)));
        refused("attention: 5 heads do not divide a width of 64", () -> new MultiHeadAttention(64, 5));
        refused("layerNorm: epsilon must be positive, got 0.0", () -> new LayerNorm(4, 0));
        refused("resnet: needs one stage at least",
                () -> new ResNet.Options(List.of(), false, 1, ResNet.Shortcut.PAD, ResNet.Stem.CIFAR, 3, 10));
        Layer model = Models.named("resnet8", 3, 10);
        assertThrows(ShapeException.class, () -> Run.evaluate(model, model.initialPoint(0), Tensor.zeros(DType.F32, Shape.of(1, 8, 8, 1))));
        assertThrows(ShapeException.class, () -> Models.named("wrn9994-9999", 3, 10).space());
        Layer vit = Models.named("vit64-1", 3, 10);
        for (Shape images : List.of(Shape.of(1, 36, 32, 3), Shape.of(1, 32, 30, 3), Shape.of(32, 32, 3), Shape.of(1, 0, 4, 3))) {
            ShapeException e = assertThrows(ShapeException.class,
                    () -> Run.evaluate(vit, vit.initialPoint(0), Tensor.zeros(DType.F32, images)));
            assertEquals("vit: images " + images + ", expected [n, h, w, 3] with sides that are multiples of 4 up to 32", e.getMessage());
        }
        Layer attention = new MultiHeadAttention(4, 2);
        ShapeException e = assertThrows(ShapeException.class,
                () -> Run.evaluate(attention, attention.initialPoint(0), Tensor.zeros(DType.F32, Shape.of(2, 4))));
        assertEquals("attention: expected tokens [n, tokens, 4], got [2,4]", e.getMessage());
    }

    private static void refused(String message, Supplier<?> model) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, model::get);
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    private static Summary.Row row(Summary summary, String path) {
        return summary.rows().stream().filter(r -> r.path().equals(path)).findFirst().orElseThrow();
    }
}
