package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.kernels.DType;
import dev.steppe.optim.base.Sgd;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
        Optimizer whole = golden.start(toy);
        OptimizerState saved = null;
        for (int t = 0; t < 12; t++) {
            if (t == 7) {
                saved = whole.state();
            }
            whole.step(toy.batches.get(t % 3));
        }
        Optimizer resumed = golden.start(toy);
        resumed.restore(saved);
        for (int t = 7; t < 12; t++) {
            resumed.step(toy.batches.get(t % 3));
        }
        States.assertEqual(whole.state(), resumed.state());
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
