package dev.steppe.train;

import dev.steppe.core.FormatException;
import dev.steppe.core.Parameters;
import dev.steppe.nn.AtomicFile;
import dev.steppe.nn.ModelCard;
import dev.steppe.nn.ModelFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The files of one run, in use by one trainer at a time. */
final class RunFolder implements AutoCloseable {
    private static final String METRICS = "metrics.jsonl";
    private static final String MODEL = "model.safetensors";

    private final Path folder;
    private final ModelCard card;
    private final StateFolder state;
    private final FileChannel lockFile;

    private RunFolder(Path folder, ModelCard card, FileChannel lockFile) {
        this.folder = folder;
        this.card = card;
        this.state = new StateFolder(folder.resolve("state"));
        this.lockFile = lockFile;
    }

    /**
     * Opens a folder, which is created if need be.
     *
     * @throws FileSystemException if another run uses it
     */
    static RunFolder open(Path folder, ModelCard card) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve(".lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (tryLock(channel) == null) {
                throw new FileSystemException(folder.toString(), null, "another run writes to this folder now");
            }
            return new RunFolder(folder, card, channel);
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    boolean hasState() {
        return state.exists();
    }

    /** @throws FormatException if there is what only a run leaves that has a state; the first one that is saved is never b */
    void requireNoResults() throws FormatException {
        for (String result : List.of(METRICS, MODEL, "state/b.safetensors")) {
            if (Files.exists(folder.resolve(result))) {
                throw new FormatException(stateName(), -1,
                        "manifest.json is missing, but " + result + " is there: the state is lost, and the run cannot go on");
            }
        }
    }

    RunState loadState() throws IOException {
        return RunState.of(state.load(), stateName());
    }

    String stateName() {
        return folder.resolve("state").toString();
    }

    void save(RunState run) throws IOException {
        state.save(run.toFile());
    }

    void saveMetrics(List<EpochReport> epochs) throws IOException {
        StringBuilder lines = new StringBuilder();
        epochs.forEach(e -> lines.append(Json.write(e.toMap())).append('\n'));
        byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(folder.resolve(METRICS), out -> out.write(bytes));
    }

    void saveModel(Parameters parameters) throws IOException {
        ModelFile.save(folder.resolve(MODEL), parameters, card);
    }

    /** Saves the model of a finished run if somebody removed it. */
    void restoreModel(Parameters parameters) throws IOException {
        if (!Files.exists(folder.resolve(MODEL))) {
            saveModel(parameters);
        }
    }

    void saveBest(Parameters parameters) throws IOException {
        ModelFile.save(folder.resolve("best.safetensors"), parameters, card);
    }

    void saveEpoch(int epoch, Parameters parameters) throws IOException {
        Path epochs = Files.createDirectories(folder.resolve(Trainer.EPOCHS));
        ModelFile.save(epochs.resolve(epoch + ".safetensors"), parameters, card);
    }

    /** Others may use the folder from now on. */
    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
