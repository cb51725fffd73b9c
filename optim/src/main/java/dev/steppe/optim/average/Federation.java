package dev.steppe.optim.average;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.core.Points;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.optim.*;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Federated training in rounds: FedAvg (McMahan et al., AISTATS 2017, arXiv 1602.05629), and with SAM or ASAM at the clients FedSAM and FedASAM (Caldarola, Caputo,
 * Ciccone, ECCV 2022, arXiv 2203.11834; debcaldarola/fedsam), with stochastic weight averaging by the server.
 *
 * <p>In a round, some clients begin at the server's weights, each with a fresh optimizer (no momentum from earlier rounds), and go through their batches. The server's
 * new weights and running statistics are the means of theirs, weighted by their numbers of examples. The average of the server begins in round {@code averageFrom} as a
 * copy of the weights before that round; every so many rounds later it takes in the weights after the round, {@code a = a + (w - a) / (n + 1)}, n from 0: the first of
 * them replaces the copy, as in the official code. It averages parameters only; running statistics are the server's, or measured anew.
 *
 * <p>All that rounds change is in {@link #state}; a round happens or does not, as a step of an {@link Optimizer}. The result depends on no order but that of the clients'
 * numbers.
 *
 * <pre>{@code
 * Federation fed = new Federation(Sam.defaults().rho(0.1).over(Sgd.of(0.01).weightDecay(4e-4)), objective, model.initialPoint(seed), clients,
 *         FederationOptions.defaults().clientsPerRound(5).average(7500, 10, 0.01), Options.defaults());
 * while (fed.rounds() < 10_000) { System.out.println(fed.round().loss()); }
 * }</pre>
 */
public final class Federation {
    private static final String SERVER = "server";
    private static final String AVERAGE = "average";
    private static final String COLLECTED = "collected";
    private static final String ROUND = "round";
    private static final String MEAN = "/mean";
    private static final String VARIANCE = "/variance";
    private static final String BATCHES = "/batches";

    /** What rounds change. */
    private record State(Parameters server, Tensor average, long collected, long round) {
    }

    /**
     * What a client sees of the run in one round: its optimizer is fresh, the run is the federation's.
     *
     * @param rate the factor of this round
     * @param rounds of the federation; 0 if nobody said how many
     */
    private record InRound(double rate, long round, long rounds) implements Schedule {
        @Override
        public double factor(long step, long total) {
            return rate;
        }

        @Override
        public double progress(long step, long total) {
            return Schedule.super.progress(round, rounds);
        }
    }

    private final Recipe local;
    private final Objective objective;
    private final List<Client> clients;
    private final FederationOptions rules;
    private final Options options;
    private final Points points;
    private State state;

    /**
     * A federation at round 0.
     *
     * @param local what a client trains with: {@code sgd} alone is FedAvg
     * @param start copied
     * @param options of the clients' steps; the schedule counts rounds, and so does the {@linkplain SamStep#progress progress} that variants see, and the seed is the rules'
     * @throws OptionException if there are no clients, or fewer than are to take part
     */
    public Federation(Recipe local, Objective objective, Parameters start, List<Client> clients, FederationOptions rules,
            Options options) {
        OptionException.require(!clients.isEmpty() && clients.size() >= rules.clientsPerRound(), "federation", "clientsPerRound",
                rules.clientsPerRound(), "at most the number of clients, " + clients.size());
        this.local = local;
        this.objective = objective;
        this.clients = List.copyOf(clients);
        this.rules = rules;
        this.options = options;
        this.points = new Points(options.kernels());
        this.state = new State(new Parameters(start.space(), start.point().keep(), start.buffers()), null, 0, 0);
    }

    /**
     * One round.
     *
     * @throws dev.steppe.core.NonFiniteException if a loss or a gradient of a client is not finite; nothing has changed
     */
    public RoundReport round() {
        State before = state;
        int[] chosen = chosen(before.round());
        double all = Arrays.stream(chosen).mapToDouble(k -> clients.get(k).examples()).sum();
        double factor = rateFactor(before.round());
        Mean mean = new Mean(before.server());
        for (int k : chosen) {
            mean.add(k, clients.get(k).examples() / all, factor, before.round());
        }
        Parameters server = mean.server();
        state = new State(server, average(before, server), before.collected() + (collects(before.round()) ? 1 : 0), before.round() + 1);
        return new RoundReport(before.round(), Arrays.stream(chosen).boxed().toList(), mean.loss, mean.perturbation, mean.steps, mean.drift,
                factor);
    }

    private boolean collects(long round) {
        return rules.averageFrom() >= 0 && round > rules.averageFrom() && (round - rules.averageFrom()) % rules.every() == 0;
    }

    private Tensor average(State before, Parameters server) {
        if (before.round() == rules.averageFrom()) { return before.server().point().keep(); }
        if (!collects(before.round())) { return before.average(); }
        Tensor average = server.point().keep();
        if (before.collected() > 0) {
            points.lerp(before.average(), server.point(), 1.0 / (before.collected() + 1), average);
        }
        return average;
    }

    /** The schedule's factor of this round, and that of its place in a cycle of the average. */
    private double rateFactor(long round) {
        double factor = options.schedule().factor(round, options.totalSteps());
        if (rules.averageFrom() < 0 || round < rules.averageFrom() || rules.every() == 1) { return factor; }
        double t = (double) (round % rules.every() + 1) / rules.every();
        return factor * (1 - t + t * rules.lowestRate());
    }

    /** Who takes part: the first of a permutation that depends on the seed and the round, ascending. */
    private int[] chosen(long round) {
        int[] all = RandomKey.of(rules.seed()).fold("clients").fold(round).permutation(clients.size());
        return Arrays.stream(all).limit(rules.clientsPerRound() == 0 ? all.length : rules.clientsPerRound()).sorted().toArray();
    }

    /** The mean of the clients' results, as it comes about. */
    private final class Mean {
        private final Parameters start;
        private Tensor point;
        private final Map<String, Buffers.Entry> buffers = new HashMap<>();
        private double loss;
        private double perturbation;
        private double drift;
        private long steps;

        Mean(Parameters start) {
            this.start = start;
        }

        void add(int client, double share, double factor, long round) {
            long seed = RandomKey.of(rules.seed()).fold("steps").fold(round).fold(client).bits(0);
            Optimizer optimizer = local.minimise(objective, start,
                    options.schedule(new InRound(factor, round, options.totalSteps()), Math.max(1, options.totalSteps())).seed(seed));
            double losses = 0;
            double norms = 0;
            for (Batch batch : clients.get(client).batches(round)) {
                StepReport report = optimizer.step(batch);
                losses += report.loss();
                norms += report.perturbationNorm();
            }
            OptionException.require(optimizer.steps() > 0, "federation", "client " + client, "no batches", "some in round " + round);
            loss += share * losses / optimizer.steps();
            perturbation += share * norms / optimizer.steps();
            steps += optimizer.steps();
            merge(optimizer.evaluationPoint(), share);
        }

        private void merge(Parameters result, double share) {
            Tensor way = points.zeros(start.point());
            points.combine(1, result.point(), -1, start.point(), way);
            drift += share * points.norm(way);
            if (point == null) {
                point = points.zeros(start.point());
                points.scale(share, result.point(), point);
            } else {
                points.axpy(share, result.point(), point);
            }
            for (Buffers.Entry b : result.buffers().entries()) {
                buffers.merge(b.name(), entry(b, scaled(share, b.mean(), null), scaled(share, b.variance(), null)),
                        (sum, _) -> entry(b, scaled(share, b.mean(), sum.mean()), scaled(share, b.variance(), sum.variance())));
            }
        }

        private static Buffers.Entry entry(Buffers.Entry like, Tensor mean, Tensor variance) {
            return new Buffers.Entry(like.name(), like.handle(), mean, variance, like.batches());
        }

        private static Tensor scaled(double share, Tensor x, Tensor sum) {
            Tensor out = Tensor.zeros(x.dtype(), x.shape());
            for (int i = 0; i < out.size(); i++) {
                out.span().set(i, share * x.get(i) + (sum == null ? 0 : sum.get(i)));
            }
            return out;
        }

        Parameters server() {
            return new Parameters(start.space(), point, start.buffers().with(buffers));
        }
    }

    /** How many rounds were made. */
    public long rounds() {
        return state.round();
    }

    /** The server's weights and running statistics after the last round. */
    public Parameters server() {
        return state.server();
    }

    /** The numbers to evaluate and to save: the average as soon as there is one, else the server's. */
    public Parameters evaluationPoint() {
        State now = state;
        return now.average() == null ? now.server() : new Parameters(now.server().space(), now.average(), now.server().buffers());
    }

    /** A copy of everything that rounds change. */
    public OptimizerState state() {
        State now = state;
        Map<String, Tensor> tensors = new HashMap<>();
        Map<String, Long> longs = new HashMap<>(Map.of(ROUND, now.round(), COLLECTED, now.collected()));
        tensors.put(SERVER, now.server().point().keep());
        if (now.average() != null) {
            tensors.put(AVERAGE, now.average().keep());
        }
        for (Buffers.Entry b : now.server().buffers().entries()) {
            tensors.put(b.name() + MEAN, b.mean().keep());
            tensors.put(b.name() + VARIANCE, b.variance().keep());
            longs.put(b.name() + BATCHES, b.batches());
        }
        return new OptimizerState(tensors, longs, Map.of());
    }

    /**
     * Goes on from a saved state.
     *
     * @throws StateException if the state is not of such a federation; nothing has changed
     */
    public void restore(OptimizerState saved) {
        Parameters like = state.server();
        Map<String, Buffers.Entry> buffers = new HashMap<>();
        for (Buffers.Entry b : like.buffers().entries()) {
            buffers.put(b.name(), new Buffers.Entry(b.name(), b.handle(), tensor(saved, b.name() + MEAN, b.mean()),
                    tensor(saved, b.name() + VARIANCE, b.variance()), number(saved, b.name() + BATCHES)));
        }
        Tensor average = saved.tensors().containsKey(AVERAGE) ? tensor(saved, AVERAGE, like.point()) : null;
        state = new State(new Parameters(like.space(), tensor(saved, SERVER, like.point()), like.buffers().with(buffers)), average,
                number(saved, COLLECTED), number(saved, ROUND));
    }

    private static long number(OptimizerState saved, String name) {
        Long value = saved.longs().get(name);
        if (value == null || value < 0) { throw new StateException("saved state: '" + name + "' is " + value + ", expected 0 or more"); }
        return value;
    }

    private static Tensor tensor(OptimizerState saved, String name, Tensor like) {
        Tensor t = saved.tensors().get(name);
        if (t == null || !t.type().equals(like.type())) {
            throw new StateException("saved state: '" + name + "' is " + (t == null ? "missing" : t.type()) + ", expected " + like.type());
        }
        return t.keep();
    }
}
