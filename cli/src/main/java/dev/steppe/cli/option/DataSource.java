package dev.steppe.cli.option;

import dev.steppe.data.Cifar10;
import dev.steppe.data.Cifar100;
import dev.steppe.data.FashionMnist;
import dev.steppe.data.ImageFolder;
import dev.steppe.data.TrainTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The data that {@code --data} names. */
public enum DataSource {
    FASHION_MNIST_SAMPLE(Folder.NONE), FASHION_MNIST(Folder.OPTIONAL), CIFAR10(Folder.REQUIRED), CIFAR100(Folder.REQUIRED), FOLDER(
            Folder.REQUIRED);

    /** Whether {@code --data-dir} has to be given. */
    private enum Folder {
        NONE, OPTIONAL, REQUIRED
    }

    private final Folder folder;

    DataSource(Folder folder) {
        this.folder = folder;
    }

    /** As the command line writes it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static List<String> names() {
        return Arrays.stream(values()).map(DataSource::text).toList();
    }

    /** @throws WrongOptionException if there is none of this name */
    public static DataSource parse(String text) {
        return Arrays.stream(values()).filter(d -> d.text().equals(text)).findFirst()
                .orElseThrow(() -> new WrongOptionException("--data: there is no '" + text + "'; there are " + String.join(", ", names())));
    }

    /** @param dir the folder, or null if none is given */
    public void requireFolder(Path dir) {
        if (dir == null && folder == Folder.REQUIRED) {
            throw new WrongOptionException("--data " + text() + " needs --data-dir, the folder with the files");
        }
        if (dir != null && folder == Folder.NONE) {
            throw new WrongOptionException("--data " + text() + " is embedded and reads no folder, but --data-dir is " + dir);
        }
    }

    /** @param dir the folder, or null if none is given */
    public TrainTest load(Path dir) throws IOException {
        return switch (this) {
            case FASHION_MNIST_SAMPLE -> FashionMnist.sample();
            case FASHION_MNIST -> dir == null ? FashionMnist.full() : FashionMnist.full(dir);
            case CIFAR10 -> Cifar10.load(dir);
            case CIFAR100 -> Cifar100.load(dir);
            case FOLDER -> ImageFolder.of(dir).load();
        };
    }

    /**
     * By how many pixels at most training images are shifted: an eighth of the height for 32 pixels (He et al. 2016, section 4.2); less for Fashion-MNIST, whose
     * pictures fill their frame.
     */
    public int cropPadding(int height) {
        return this == FASHION_MNIST || this == FASHION_MNIST_SAMPLE ? 2 : Math.max(1, height / 8);
    }
}
