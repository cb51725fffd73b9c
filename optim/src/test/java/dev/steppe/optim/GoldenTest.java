package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.kernels.DType;
import dev.steppe.optim.base.Sgd;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reference trajectories of 12 steps, as official PyTorch code produces them (davda54/sam, torch.optim). */
class GoldenTest {
    private static final String CASES = """
            seed.json   | sgd          |
            seed.json   | sgd_nesterov |
            seed.json   | adamw        |
            seed.json   | sam          | sam:rho=0.2
            seed.json   | sam_adamw    | sam:rho=0.2
            seed.json   | sam_adaptive | asam:rho=0.5,eta=0,scope=all,epsilon=1e-12
            family.json | sam          | sam:rho=0.2
            family.json | asam         | asam:rho=0.5
            """;

    private static double distance(String file, String name, String variant, DType dtype) {
        Toy toy = new Toy(file, dtype);
        Map<String, Object> reference = Json.map(toy.cases().get(name));
        BaseOptimizer base = Toy.base(Json.map(reference.containsKey("base") ? reference.get("base") : toy.file.get("base")));
        String text = BaseOptimizers.format(base);
        Recipe recipe = variant == null ? Recipe.parse(text, null) : Recipe.parse(variant, text);
        return toy.distance(recipe, reference, Options.defaults());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = CASES)
    void inDoublePrecision(String file, String name, String variant) {
        double distance = distance(file, name, variant, DType.F64);
        assertTrue(distance <= 1e-12, name + ": relative distance " + distance);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = CASES)
    void inSinglePrecision(String file, String name, String variant) {
        double distance = distance(file, name, variant, DType.F32);
        assertTrue(distance <= 1e-5, name + ": relative distance " + distance);
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
