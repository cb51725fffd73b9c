package dev.steppe.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.data.Dataset;
import dev.steppe.data.Loader;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import dev.steppe.nn.Linear;
import dev.steppe.optim.Options;
import dev.steppe.optim.Recipe;
import dev.steppe.optim.average.Client;
import dev.steppe.optim.average.Federation;
import dev.steppe.optim.average.FederationOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that hold parts of a dataset, and a federation of them. */
class ClientShardTest {
    private final Dataset data = Tiny.data("tiny/train", 62, 1);

    private static List<int[]> ids(Iterable<Batch> batches) {
        List<int[]> ids = new ArrayList<>();
        batches.forEach(batch -> ids.add(batch.ids().clone()));
        return ids;
    }

    @Test
    void everyExampleIsDealtOnce() {
        for (boolean byClass : new boolean[] {false, true}) {
            List<Dataset> parts = ClientShard.deal(data, 5, byClass, 3);
            List<Integer> seen = new ArrayList<>();
            for (Dataset part : parts) {
                assertTrue(part.size() == 12 || part.size() == 13);
                for (int i = 0; i < part.size(); i++) {
                    seen.add(part.id(i));
                }
                long classes = Arrays.stream(part.labelCounts()).filter(n -> n > 0).count();
                assertTrue(byClass ? classes <= 2 : classes == 3, classes + " classes");
            }
            assertEquals(62, seen.stream().distinct().count());
            assertEquals(62, seen.size());
        }
        assertThrows(IllegalArgumentException.class, () -> ClientShard.deal(data, 63, false, 1));
    }

    /** A round is the same whenever it is asked for, and not another round. */
    @Test
    void batchesDependOnTheRoundAlone() {
        try (ClientShard client = new ClientShard(new Loader(data, Loader.Options.of(10).shuffled(4)), 2)) {
            assertEquals(62, client.examples());
            List<int[]> third = ids(client.batches(3));
            assertEquals(14, third.size());
            List<int[]> fourth = ids(client.batches(4));
            List<int[]> again = ids(client.batches(3));
            for (int i = 0; i < 14; i++) {
                assertArrayEquals(third.get(i), again.get(i));
            }
            assertFalse(Arrays.equals(third.getFirst(), fourth.getFirst()));
            assertEquals(62, third.subList(0, 7).stream().flatMapToInt(Arrays::stream).distinct().count());
        }
        assertThrows(IllegalArgumentException.class, () -> new ClientShard(Loader.evaluation(data, 10), 0));
    }

    /** FedSAM with the server's average learns a linear classifier from clients of few classes each. */
    @Test
    void aFederationLearns() {
        Linear model = new Linear(36, 3);
        Objective objective = Objective.of((x, pass) -> model.forward(x.reshape(x.shape().dim(0), 36), pass), Losses::crossEntropy);
        List<ClientShard> clients = ClientShard.deal(data, 4, true, 1).stream()
                .map(part -> new ClientShard(new Loader(part, Loader.Options.of(8).shuffled(2)), 1)).toList();
        try (Workers workers = Workers.of(1)) {
            Federation federation = new Federation(Recipe.parse("sam:rho=0.1", "sgd:learningRate=0.1"), objective, model.initialPoint(1),
                    List.<Client>copyOf(clients), FederationOptions.defaults().clientsPerRound(3).average(20, 1, 1).seed(5),
                    Options.defaults().kernels(Kernels.on(workers)));
            double first = federation.round().loss();
            for (int i = 1; i < 30; i++) {
                federation.round();
            }
            Evaluation evaluation = Evaluation.of(new Evaluator(Kernels.on(workers), objective),
                    federation.evaluationPoint(), Loader.evaluation(data, 31));
            assertTrue(evaluation.loss() < 0.8 * first, evaluation + ", at first " + first);
            assertTrue(evaluation.accuracy() > 0.8, evaluation.toString());
        } finally {
            clients.forEach(ClientShard::close);
        }
    }
}
