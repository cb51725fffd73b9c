package dev.steppe.examples;

import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;
import dev.steppe.data.FashionMnist;
import dev.steppe.data.Loader;
import dev.steppe.data.Normalise;
import dev.steppe.data.TrainTest;
import dev.steppe.kernels.Kernels;
import dev.steppe.nn.Layers;
import dev.steppe.nn.Sequential;
import dev.steppe.optim.Options;
import dev.steppe.optim.Recipe;
import dev.steppe.optim.average.Client;
import dev.steppe.optim.average.Federation;
import dev.steppe.optim.average.FederationOptions;
import dev.steppe.optim.average.RoundReport;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.Asam;
import dev.steppe.optim.sam.Sam;
import dev.steppe.train.ClientShard;
import dev.steppe.train.Evaluation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Federated training: twelve clients, each with images of one or two classes that it shows to nobody, and a server that averages what they find; FedAvg beside FedSAM
 * and FedASAM, all with an average of the server's weights over the last quarter. Arguments: the number of rounds, the number of examples.
 */
public final class Federated {
    private static final int PIXELS = 28 * 28;

    private Federated() {
    }

    /** Prints how right the server is, as rounds go by. */
    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 60;
        TrainTest data = FashionMnist.sample();
        int examples = args.length > 1 ? Integer.parseInt(args[1]) : data.train().size();
        Normalise normal = Normalise.measure(data.train());
        List<ClientShard> clients = ClientShard.deal(data.train().take(examples), 12, true, 1).stream()
                .map(part -> new ClientShard(Loader.training(part, 64, 1, normal), 1)).toList();
        Map<String, Recipe> methods = new LinkedHashMap<>();
        methods.put("FedAvg", Sgd.of(0.05));
        methods.put("FedSAM", Sam.defaults().rho(0.1).over(Sgd.of(0.05)));
        methods.put("FedASAM", Asam.defaults().rho(0.7).eta(0.2).over(Sgd.of(0.05)));
        try (Loader test = Loader.evaluation(data.test(), 500, normal)) {
            methods.forEach((name, local) -> train(name, local, clients, rounds, test));
        } finally {
            clients.forEach(ClientShard::close);
        }
    }

    private static void train(String name, Recipe local, List<ClientShard> clients, int rounds, Loader test) {
        Sequential model = Layers.mlp(PIXELS, 64, 10);
        Objective objective = Objective.of((Tensor x, Pass pass) -> model.forward(x.reshape(x.shape().dim(0), PIXELS), pass),
                Losses::crossEntropy);
        Federation federation = new Federation(local, objective, model.initialPoint(1), List.<Client>copyOf(clients),
                FederationOptions.defaults().clientsPerRound(6).average(rounds * 3 / 4, 1, 1).seed(1), Options.defaults());
        Evaluator evaluator = new Evaluator(Kernels.defaults(), objective);
        for (int round = 1; round <= rounds; round++) {
            RoundReport report = federation.round();
            if (round % Math.max(1, rounds / 6) == 0) {
                Evaluation now = Evaluation.of(evaluator, federation.evaluationPoint(), test);
                System.out.printf("%-7s  round %3d  loss at the clients %.3f  drift %.3f  |e| %.2f  test accuracy %.3f%n", name, round,
                        report.loss(), report.drift(), report.perturbationNorm(), now.accuracy());
            }
        }
    }
}
