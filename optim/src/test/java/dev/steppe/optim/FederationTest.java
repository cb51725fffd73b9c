package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Parameters;
import dev.steppe.kernels.DType;
import dev.steppe.optim.average.Client;
import dev.steppe.optim.average.Federation;
import dev.steppe.optim.average.FederationOptions;
import dev.steppe.optim.average.RoundReport;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.Sam;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** FedAvg, FedSAM and the average of the server. */
class FederationTest {
    private static final Options OPTIONS = Options.defaults().kernels(Toy.KERNELS);

    private record Shard(int examples, List<Batch> data) implements Client {
        @Override
        public Iterable<Batch> batches(long round) {
            return data;
        }
    }

    private static Federation federation(TinyNet net, Recipe recipe, List<Client> clients, FederationOptions rules) {
        return new Federation(recipe, net.objective(), net.start(), clients, rules, OPTIONS);
    }

    private static List<Client> clients(TinyNet net, int n) {
        List<Client> clients = new ArrayList<>();
        for (int k = 0; k < n; k++) {
            clients.add(new Shard(3 + 2 * k, List.of(net.batch(k, 6), net.batch(k + 20, 6))));
        }
        return clients;
    }

    /** One client that always takes part is centralised SAM whose momentum begins anew in each round, to the bit. */
    @Property(tries = 10)
    void oneClientIsCentralisedSam(@ForAll @DoubleRange(max = 0.3) double rho, @ForAll @IntRange(min = 1, max = 4) int rounds) {
        TinyNet net = new TinyNet(DType.F32, true, 0);
        Recipe recipe = Sam.defaults().rho(rho).over(Sgd.of(0.1).momentum(0.9).weightDecay(1e-3));
        List<Batch> data = List.of(net.batch(0, 6), net.batch(1, 6), net.batch(2, 6));
        Federation federation = federation(net, recipe, List.of(new Shard(18, data)), FederationOptions.defaults());
        Parameters central = net.start();
        for (int round = 0; round < rounds; round++) {
            Optimizer optimizer = recipe.minimise(net.objective(), central, OPTIONS);
            data.forEach(optimizer::step);
            central = optimizer.current();
            RoundReport report = federation.round();
            assertEquals(3, report.steps());
            assertEquals(rho, report.perturbationNorm(), 1e-6);
        }
        States.assertEqual("weights", central.point(), federation.server().point());
        States.assertEqual("mean", central.buffers().of(net.statistics).mean(), federation.server().buffers().of(net.statistics).mean());
    }

    /** To what changes with the run, the run is the federation's, though each client begins anew. */
    @Test
    void progressIsThatOfTheFederation() {
        TinyNet net = new TinyNet(DType.F64, false, 0);
        Recipe late = SamVariants.parse("triggered:when=window(from=0.5,to=1)").over(Sgd.of(0.1));
        Federation federation = new Federation(late, net.objective(), net.start(), clients(net, 2), FederationOptions.defaults(),
                OPTIONS.schedule(new ConstantSchedule(), 6));
        for (int round = 0; round < 6; round++) {
            assertEquals(round < 3 ? 0 : 0.05, federation.round().perturbationNorm(), 1e-9, "round " + round);
        }
        Federation endless = federation(net, late, clients(net, 2), FederationOptions.defaults());
        assertTrue(assertThrows(OptionException.class, endless::round).getMessage().contains("totalSteps"));
    }

    /** With radius 0, FedSAM is FedAvg to the bit; and FedAvg is the mean of what the clients find, weighted by their examples. */
    @Property(tries = 10)
    void radiusZeroIsFedAvg(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int n) {
        TinyNet net = new TinyNet(DType.F64, true, 0);
        FederationOptions rules = FederationOptions.defaults().seed(seed);
        Federation avg = federation(net, Sgd.of(0.1), clients(net, n), rules);
        Federation sam = federation(net, Sam.defaults().rho(0).over(Sgd.of(0.1)), clients(net, n), rules);
        avg.round();
        sam.round();
        States.assertEqual("weights", avg.server().point(), sam.server().point());
        double[] mean = new double[net.start().space().size()];
        double variance = 0;
        double all = n * (n + 2);
        for (int k = 0; k < n; k++) {
            Optimizer optimizer = Sgd.of(0.1).minimise(net.objective(), net.start(), OPTIONS);
            optimizer.step(net.batch(k, 6));
            optimizer.step(net.batch(k + 20, 6));
            for (int i = 0; i < mean.length; i++) {
                mean[i] += (3 + 2 * k) / all * optimizer.current().point().get(i);
            }
            variance += (3 + 2 * k) / all * optimizer.current().buffers().of(net.statistics).variance().get(2);
        }
        assertArrayEquals(mean, avg.server().point().toDoubles(), 1e-13);
        assertEquals(variance, avg.server().buffers().of(net.statistics).variance().get(2), 1e-14);
    }

    /** Everyone is drawn sometimes, nobody twice in a round, and the same in every run. */
    @Test
    void clientsAreDrawn() {
        TinyNet net = new TinyNet(DType.F32, false, 0);
        FederationOptions rules = FederationOptions.defaults().clientsPerRound(3).seed(4);
        Federation one = federation(net, Sgd.of(0.01), clients(net, 7), rules);
        Federation two = federation(net, Sgd.of(0.01), clients(net, 7), rules);
        TreeSet<Integer> seen = new TreeSet<>();
        TreeSet<String> rounds = new TreeSet<>();
        for (int i = 0; i < 20; i++) {
            RoundReport report = one.round();
            assertEquals(report, two.round());
            assertEquals(3, new TreeSet<>(report.clients()).size());
            seen.addAll(report.clients());
            rounds.add(report.clients().toString());
        }
        assertEquals(7, seen.size());
        assertTrue(rounds.size() > 10);
        States.assertEqual("weights", one.server().point(), two.server().point());
    }

    @Test
    void goesOnBitForBitAndAFailedRoundChangesNothing() {
        TinyNet net = new TinyNet(DType.F32, true, 0.3);
        FederationOptions rules = FederationOptions.defaults().clientsPerRound(2).average(2, 2, 0.1).seed(3);
        Recipe recipe = Sam.defaults().rho(0.1).over(Sgd.of(0.1).momentum(0.9));
        Federation whole = federation(net, recipe, clients(net, 4), rules);
        OptimizerState middle = null;
        for (int i = 0; i < 9; i++) {
            if (i == 5) {
                middle = whole.state();
            }
            whole.round();
        }
        Federation resumed = federation(net, recipe, clients(net, 4), rules);
        resumed.restore(middle);
        for (int i = 5; i < 9; i++) {
            int[] left = {5};
            net.hook = pass -> {
                if (left[0]-- == 0) { throw new IllegalArgumentException("injected"); }
            };
            OptimizerState before = resumed.state();
            assertThrows(IllegalArgumentException.class, resumed::round);
            States.assertEqual(before, resumed.state());
            net.hook = pass -> {
            };
            resumed.round();
        }
        States.assertEqual(whole.state(), resumed.state());
        OptimizerState saved = middle;
        assertThrows(StateException.class, () -> resumed.restore(new OptimizerState(Map.of(), saved.longs(), Map.of())));
        assertThrows(StateException.class, () -> resumed.restore(new OptimizerState(saved.tensors(), Map.of(), Map.of())));
    }

    /** The learning rate goes down in each cycle of the average: {@code (1 - t) lr + t low}, {@code t = (i mod c + 1) / c}. */
    @Test
    void theRateGoesInCycles() {
        TinyNet net = new TinyNet(DType.F32, false, 0);
        Federation federation = federation(net, Sgd.of(0.01), clients(net, 1), FederationOptions.defaults().average(3, 3, 0.1));
        double[] expected = {1, 1, 1, 0.7, 0.4, 0.1, 0.7, 0.4, 0.1};
        for (double factor : expected) {
            assertEquals(factor, federation.round().rateFactor(), 1e-12);
        }
    }

    @Test
    void theAverageBeginsAsTheServerWasBefore() {
        TinyNet net = new TinyNet(DType.F64, false, 0);
        Federation federation = federation(net, Sgd.of(0.1), clients(net, 2), FederationOptions.defaults().average(1, 1, 1));
        federation.round();
        assertSame(federation.server(), federation.evaluationPoint());
        double[] before = federation.server().point().toDoubles();
        federation.round();
        assertArrayEquals(before, federation.evaluationPoint().point().toDoubles());
        federation.round();
        double[] first = federation.server().point().toDoubles();
        assertArrayEquals(first, federation.evaluationPoint().point().toDoubles());
        federation.round();
        double[] second = federation.server().point().toDoubles();
        for (int i = 0; i < first.length; i++) {
            assertEquals((first[i] + second[i]) / 2, federation.evaluationPoint().point().get(i), 1e-15);
        }
    }

    @Test
    void wrongNumbersAreRefused() {
        TinyNet net = new TinyNet(DType.F32, false, 0);
        OptionException many = assertThrows(OptionException.class,
                () -> federation(net, Sgd.of(0.1), clients(net, 2), FederationOptions.defaults().clientsPerRound(3)));
        assertEquals("federation: clientsPerRound = 3 must be at most the number of clients, 2", many.getMessage());
        assertThrows(OptionException.class, () -> federation(net, Sgd.of(0.1), List.of(), FederationOptions.defaults()));
        Federation empty = federation(net, Sgd.of(0.1), List.of(new Shard(1, List.of())), FederationOptions.defaults());
        assertEquals("federation: client 0 = no batches must be some in round 0",
                assertThrows(OptionException.class, empty::round).getMessage());
        assertThrows(OptionException.class, () -> FederationOptions.defaults().average(0, 0, 1));
    }
}
