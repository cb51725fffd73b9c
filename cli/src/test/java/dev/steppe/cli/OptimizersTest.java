package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.cli.contest.Trials;
import dev.steppe.cli.option.DataSource;
import dev.steppe.cli.option.Method;
import dev.steppe.cli.option.Rules;
import dev.steppe.cli.option.StepOptions;
import dev.steppe.cli.option.TrainOptions;
import dev.steppe.kernels.Kernels;
import dev.steppe.optim.Additions;
import dev.steppe.optim.Additions;
import dev.steppe.optim.BaseOptimizers;
import dev.steppe.optim.SamVariants;
import dev.steppe.train.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code steppe optimizers}: the catalogues as text, JSON and a page, and trials that go on where they stopped. */
class OptimizersTest {
    private static final Path DOCS = Path.of("../docs");

    private static List<String> names() {
        return Stream.of(SamVariants.all().stream().map(SamVariants.Entry::name), BaseOptimizers.names().stream(),
                Additions.all().stream().map(Additions.Entry::name)).flatMap(names -> names).toList();
    }

    @Test
    void theTableHasARowForEach() {
        Shell.Run run = Shell.steppe("optimizers").ok();
        List<String> first = run.out().lines().map(line -> line.split(" ", 2)[0]).toList();
        for (Listing listing : Listing.all()) {
            assertEquals(1, first.stream().filter(listing.name()::equals).count(), listing.name());
            assertTrue(run.out().contains(listing.card().formula()), listing.name());
            assertTrue(
                    listing.arXiv().equals("-") || listing.card().paper().contains(listing.arXiv()) && run.out().contains(listing.arXiv()));
        }
        assertEquals(names(), Listing.all().stream().map(Listing::name).toList());
        assertEquals("", run.err());
    }

    @Test
    void eachIsExplainedWithACommandThatRuns() {
        for (Listing listing : Listing.all()) {
            String text = Shell.steppe("optimizers", listing.name()).ok().out();
            assertTrue(text.startsWith(listing.name() + ": " + listing.card().title()), text);
            for (String part : List.of(listing.card().paper(), listing.card().formula(), listing.card().note(), listing.passes())) {
                assertTrue(text.contains(part), text);
            }
            listing.settings()
                    .forEach(s -> assertTrue(text.contains(s.name() + " ") && text.contains(s.text()) && text.contains(s.origin()), text));
            String command = text.strip().lines().toList().getLast();
            assertTrue(command.startsWith("./steppe train --optimizer "), command);
            String optimizer = command.substring("./steppe train --optimizer ".length()).replace("'", "");
            Method method = Method.of(optimizer, null, Method.DEFAULT_BASE, null);
            assertEquals(listing.text(), Additions.split(method.optimizer()).getLast());
        }
    }

    @Test
    void jsonHasTheSame() throws IOException {
        Map<String, Object> sam = Json.read("sam", Shell.steppe("optimizers", "sam", "--json").ok().out());
        assertEquals("variant", sam.get("kind"));
        assertEquals(2.0, sam.get("backwards"));
        assertEquals("Foret, Kleiner, Mobahi, Neyshabur, ICLR 2021, arXiv 2010.01412", sam.get("paper"));
        assertEquals(Map.of("name", "rho", "values", "a number", "default", "0.05", "origin", "arXiv 2010.01412, section 3.1; davda54/sam"),
                ((List<?>) sam.get("options")).getFirst());
        Map<String, Object> all = Json.read("all", Shell.steppe("optimizers", "--json").ok().out());
        List<?> entries = (List<?>) all.get("optimizers");
        assertEquals(names(), entries.stream().map(e -> ((Map<?, ?>) e).get("name")).toList());
        assertEquals(sam, entries.getFirst());
    }

    @ParameterizedTest
    @CsvSource({"samm, did you mean 'sam'", "SGD, did you mean 'sgd'", "adan, did you mean 'adam'", "sam:rho=1, did you mean 'sam'"})
    void anUnknownNameIsAnsweredWithTheNearest(String name, String expected) {
        Shell.Run run = Shell.steppe("optimizers", name);
        assertEquals(2, run.exit(), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().contains(expected), run.err());
    }

    /** If this fails: {@code ./steppe optimizers --markdown --results docs/optimizers.jsonl > docs/optimizers.md}. */
    @Test
    void thePageIsCurrent() throws IOException {
        Shell.Run run = Shell.steppe("optimizers", "--markdown", "--results", DOCS.resolve("optimizers.jsonl").toString()).ok();
        assertEquals(Files.readString(DOCS.resolve("optimizers.md")), run.out());
    }

    @Test
    void wrongOptionsOfACompareAreOneLine(@TempDir Path folder) {
        for (List<String> wrong : List.of(List.of("--seconds", "-1"), List.of("--threads", "0"), List.of("--optimizer", "samm"))) {
            Shell.Run run = Shell.steppe(Stream.concat(Stream.of("survey", folder.toString()), wrong.stream()).toArray(String[]::new));
            assertEquals(2, run.exit(), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
        }
    }

    /** One trial for each variant and each addition, which the command line reads as it stands there. */
    @Test
    void trialsAreOfWhatTheCatalogueHas() throws IOException {
        List<Trials.Trial> trials = Trials.all();
        assertEquals(1 + SamVariants.all().size() + Additions.all().size(), trials.stream().map(Trials.Trial::name).distinct().count());
        for (Trials.Trial trial : trials) {
            Method method = Method.of(trial.optimizer(), trial.base(), Method.DEFAULT_BASE, null);
            assertTrue(trial.why().isEmpty() == trial.name().equals(trial.optimizer()), trial + " says why");
            method.recipe();
        }
        for (Map<String, Object> row : Trials.read(DOCS.resolve("optimizers.jsonl"))) {
            assertTrue(trials.stream().anyMatch(trial -> trial.name().equals(row.get("name"))), row + " is of no trial");
        }
    }

    /** @param exit what it must be; negative: anything */
    private static String trials(Path folder, int exit, int seconds, Trials.Trial... trials) throws IOException {
        TrainOptions like = new TrainOptions(DataSource.FOLDER, folder.resolve("images"), "resnet8",
                Method.of("sgd", null, Method.DEFAULT_BASE, null), 2, 16, StepOptions.PLAIN, Rules.schedule("constant"), 0, 0, 1,
                Kernels.Mode.FAST, 1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int actual = new Trials(folder.resolve("runs"), List.of(trials), like, new PrintStream(out)).run(seconds);
        assertTrue(exit < 0 || exit == actual, "exit code " + actual);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void trialsGoOnWhereTheyStopped(@TempDir Path folder) throws IOException {
        Shell.images(folder.resolve("images"));
        Path file = folder.resolve("runs/results.jsonl");
        Trials.Trial sgd = new Trials.Trial("sgd", "sgd", "");
        Trials.Trial sam = new Trials.Trial("sam", "sam:rho=0.1", "another radius");
        Trials.Trial diverges = new Trials.Trial("wild", "sgd:learningRate=1e30", "too fast");
        trials(folder, 0, 0, sgd);
        String first = Files.readString(file);
        trials(folder, 0, 0, sgd, sam, diverges);
        assertTrue(Files.readString(file).startsWith(first), "what is done is not done again");
        List<Map<String, Object>> rows = Trials.read(file);
        assertEquals(List.of("sgd", "sam", "wild"), rows.stream().map(row -> row.get("name")).toList());
        Map<String, Object> row = rows.get(1);
        assertEquals("./steppe train --epochs 2 --optimizer sam:rho=0.1,epsilon=1.0E-12", row.get("command"));
        assertEquals(0.1, (Double) row.get("perturbationNorm"), 1e-6);
        assertEquals(2.0, row.get("forwards"));
        assertEquals("diverged", Trials.cells(rows.get(2)).getFirst());
        assertEquals("", trials(folder, 0, 0, sgd, sam, diverges), "nothing is left to do");
        trials(folder, 0, 0, diverges, new Trials.Trial("asam", "asam", ""));
        assertEquals(List.of("wild", "asam", "sgd", "sam"), Trials.read(file).stream().map(r -> r.get("name")).toList(), "rows stay");
        assertTrue(OptimizersPage.of(rows).contains("| `sam:rho=0.1` | "), "a row of the page");
    }

    /** Stopped after each step, and gone on with, a trial gives what it gives in one go. */
    @Test
    void timeThatIsUpLosesNothing(@TempDir Path folder) throws IOException {
        Shell.images(folder.resolve("images"));
        Trials.Trial sam = new Trials.Trial("sam", "sam", "");
        trials(folder, 0, 0, sam);
        Map<String, Object> whole = Trials.read(folder.resolve("runs/results.jsonl")).getFirst();
        Files.move(folder.resolve("runs"), folder.resolve("whole"));
        int calls = 1;
        while (trials(folder, -1, -1, sam).startsWith("stopped in sam;")) {
            calls++;
            assertTrue(calls < 20, "it does not come to an end");
        }
        assertTrue(calls > 3, calls + " calls");
        Map<String, Object> parts = Trials.read(folder.resolve("runs/results.jsonl")).getFirst();
        assertEquals(whole.get("trainLoss"), parts.get("trainLoss"));
        assertEquals(whole.get("accuracy"), parts.get("accuracy"));
    }
}
