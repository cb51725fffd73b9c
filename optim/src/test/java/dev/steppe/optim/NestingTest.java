package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.kernels.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Variants within variants, and within shards: nothing that the inner one asks of the optimizer is lost. */
class NestingTest {
    private static final int STEPS = 12;

    private final Regression p = new Regression(new SplittableRandom(7));
    private final Options options = Options.defaults().schedule(new ConstantSchedule(), STEPS);

    static Stream<SamVariant> containers() {
        return SamVariants.all().stream().map(SamVariants.Entry::defaults).filter(
                v -> Arrays.stream(v.getClass().getRecordComponents()).anyMatch(c -> c.getType() == SamVariant.class));
    }

    @ParameterizedTest
    @MethodSource("containers")
    void whatGoesOnAfterTheUpdateStandsAlone(SamVariant container) {
        for (String inner : List.of("sala", "lookbehind")) {
            OptionException e = assertThrows(OptionException.class, () -> container.with("ascent", SamVariants.parse(inner)));
            assertTrue(e.getMessage().contains("ascent"), e.getMessage());
        }
    }

    @ParameterizedTest
    @MethodSource("containers")
    void statisticsAreMeasuredAgainWhereTheInnerOneNeedsIt(SamVariant container) {
        if (container instanceof LandingVariant) { return; }
        SamVariant msam = container.with("ascent", SamVariants.parse("msam"));
        assertTrue(p.minimise(msam.over(Subjects.SGD), DType.F64, options).recalibrates(), msam.toString());
    }

    /** The average of VASSO goes on in the steps that do without it, however it is contained. */
    @ParameterizedTest
    @ValueSource(
            strings = {"multistep:n=1", "msharpness:m=64", "confined:to=roles(of=weight/bias/norm_scale/norm_shift)",
                "esam:beta=1,gamma=1"})
    void anInnerAscentObserves(String wrapper) {
        SamVariant vasso = SamVariants.parse("vasso:theta=0.4");
        for (String outer : List.of("looksam:k=3", "aesam")) {
            SamVariant plain = SamVariants.parse(outer).with("ascent", vasso);
            SamVariant wrapped = SamVariants.parse(outer).with("ascent", SamVariants.parse(wrapper).with("ascent", vasso));
            assertArrayEquals(p.after(plain.over(Subjects.SGD), options, STEPS), p.after(wrapped.over(Subjects.SGD), options, STEPS), 1e-12,
                    wrapped.toString());
        }
    }

    /** How far the fast weights are from the slow ones is known to each shard. */
    @Test
    void shardsShareTheGateOfSala() {
        Recipe sala = SamVariants.parse("sala:k=3,alpha=0.2,rho=0.001").over(Subjects.SGD);
        Optimizer whole = p.minimise(sala, DType.F64, options);
        Optimizer shards = p.minimise(sala, DType.F64, options.shard(2));
        double ascents = 0;
        for (int t = 0; t < STEPS; t++) {
            Double expected = whole.step(p.batch(t)).extra().get("ascent");
            Double ascent = shards.step(p.batch(t)).extra().get("ascent");
            assertEquals(expected == null, ascent == null);
            if (expected != null) {
                assertEquals(expected, ascent, 1e-12, "step " + t);
                ascents += expected;
            }
        }
        assertEquals(1, ascents, "then the distance is too large");
    }

    /** What begins late, or in a shard that the batches before did not have, begins like a first step. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "triggered:when=window(from=0.5,to=1),ascent=lorenza(rank=1,every=5); 0",
                "triggered:when=window(from=0.5,to=1),ascent=bayesiansam; 0",
                "lorenza:rank=1,every=5; 3",
                "bayesiansam; 3"})
    void beginsLate(String variant, int shard) {
        TinyNet net = new TinyNet(DType.F64, false, 0);
        Optimizer optimizer = SamVariants.parse(variant).over(Subjects.SGD).minimise(net.objective(), net.start(),
                Subjects.options(net, STEPS, 4).shard(shard));
        for (int t = 0; t < STEPS; t++) {
            assertTrue(Double.isFinite(optimizer.step(net.batch(t, t < 6 ? 3 : 8)).loss()));
        }
    }

    /** What a variant does every so many steps it does every so many of its own. */
    @Test
    void ownStepsAreCounted() {
        TinyNet net = new TinyNet(DType.F64, false, 0);
        Optimizer optimizer = SamVariants.parse("triggered:when=everyk(k=3),ascent=lorenza(rank=1,every=2)").over(Subjects.SGD).minimise(
                net.objective(), net.start(), Subjects.options(net, 30, 8));
        List<Integer> renewed = new ArrayList<>();
        double[] last = new double[0];
        for (int t = 0; t < 15; t++) {
            optimizer.step(net.batch(t, 8));
            double[] basis = optimizer.state().tensors().get("variant/table/ascent/basis").toDoubles();
            if (!Arrays.equals(basis, last)) {
                renewed.add(t);
            }
            last = basis;
        }
        assertEquals(List.of(0, 6, 12), renewed);
    }

    /** Each update of the running statistics takes in all shards. */
    @Test
    void shardsUpdateStatisticsTogether() {
        TinyNet net = new TinyNet(DType.F64, true, 0);
        Optimizer optimizer = SamVariants.parse("vasso").with("statisticsTwice", true).over(Subjects.SGD).minimise(net.objective(),
                net.start(), Subjects.options(net, STEPS, 8).shard(2));
        optimizer.step(net.batch(0, 8));
        assertEquals(2, optimizer.current().buffers().of(net.statistics).batches());
    }
}
