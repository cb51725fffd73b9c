package dev.steppe.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** CIFAR-100, binary version: 32x32 RGB photographs of a hundred kinds of things (Krizhevsky 2009); the 20 coarse labels are checked and left out. */
public final class Cifar100 {
    /** The (fine) classes in the order of their labels. */
    public static final List<String> CLASSES = List.of("""
            apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can
            castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin
            elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster
            man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck
            pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk
            skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger
            tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm""".split("\\s+"));

    private static final Cifar FORMAT = new Cifar("cifar100", new int[] {20, 100}, CLASSES);

    private Cifar100() {
    }

    /**
     * The original set: 50,000 training and 10,000 test images, the same number of each class.
     *
     * @param folder has {@code train.bin} and {@code test.bin}, or a folder {@code cifar-100-binary} that does
     * @throws java.nio.file.NoSuchFileException if a file is missing
     * @throws dev.steppe.core.FormatException if a file has another size or a label out of range, or a class another number of images
     * @throws IOException if a file cannot be read
     */
    public static TrainTest load(Path folder) throws IOException {
        Path files = Cifar.standardFolder(folder, "cifar-100-binary");
        return new TrainTest(FORMAT.readOriginal("train", files, 500, "train.bin"), FORMAT.readOriginal("test", files, 100, "test.bin"));
    }

    /**
     * Any files of this format, with any number of records.
     *
     * @param part name of what they make up, such as {@code train}
     * @param files read in this order
     * @throws dev.steppe.core.FormatException if a file is not made of whole records, or has a label out of range
     * @throws IOException if a file cannot be read
     */
    public static Dataset read(String part, Path... files) throws IOException {
        return FORMAT.read(part, List.of(files));
    }
}
