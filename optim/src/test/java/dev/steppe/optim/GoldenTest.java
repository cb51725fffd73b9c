package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.kernels.DType;
import dev.steppe.optim.base.Sgd;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reference trajectories of 12 steps; most were reproduced by official PyTorch code. */
class GoldenTest {
    /** Cases are listed by theme; a new list is added here. */
    static Stream<Golden> cases() {
        return Stream.of(SeedGoldens.cases(), AscentGoldens.cases(), AverageGoldens.cases(), NoiseAndChoiceGoldens.cases()).flatMap(c -> c);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inDoublePrecision(Golden golden) {
        double distance = golden.distance(new Toy(golden.file(), DType.F64));
        assertTrue(distance <= 1e-12, golden + ": relative distance " + distance);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inSinglePrecision(Golden golden) {
        double distance = golden.distance(new Toy(golden.file(), DType.F32));
        assertTrue(distance <= 1e-5, golden + ": relative distance " + distance);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void goesOnFromASavedStateBitForBit(Golden golden) {
        Toy toy = new Toy(golden.file(), DType.F64);
        Golden.Follower whole = golden.start(toy);
        for (int row = 0; row < 7; row++) {
            whole.step();
        }
        Golden.Follower resumed = golden.start(toy);
        resumed.restore(whole.state());
        for (int row = 7; row < 12; row++) {
            whole.step();
            resumed.step();
        }
        States.assertEqual(whole.state(), resumed.state());
    }

    /** Every case of the files is followed, and each once: what is in {@link #cases} is what the tests above run over. */
    @ParameterizedTest
    @ValueSource(strings = {"seed", "family"})
    void everyCaseHasOneFollower(String file) {
        List<String> followed = cases().map(Golden::name).filter(name -> name.startsWith(file + "/")).sorted().toList();
        List<String> listed = Json.map(Json.resource(file + ".json").get("cases")).keySet().stream().map(c -> file + "/" + c).sorted()
                .toList();
        assertEquals(listed, followed);
    }

    @Test
    void theProblemIsTheOneOfTheFile() {
        Toy toy = new Toy("seed.json", DType.F64);
        Map<String, Object> problem = Json.map(toy.file.get("problem"));
        for (int b = 0; b < 3; b++) {
            Optimizer sgd = Sgd.of(1).minimise(toy.objective, toy.start, Options.defaults().kernels(Toy.KERNELS));
            StepReport report = sgd.step(toy.batches.get(b));
            assertEquals(Json.doubles(problem.get("loss0"))[b], report.loss(), 1e-15);
            double[] w = Json.doubles(problem.get("w0"));
            double[] g = Json.rows(problem.get("grad0"))[b];
            double[] stepped = new double[6];
            for (int i = 0; i < 6; i++) {
                stepped[i] = w[i] - g[i];
            }
            assertArrayEquals(stepped, sgd.current().point().toDoubles(), 1e-15);
        }
    }
}
