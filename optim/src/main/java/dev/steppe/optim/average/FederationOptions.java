package dev.steppe.optim.average;

import dev.steppe.optim.OptionException;
import dev.steppe.optim.Origin;

/**
 * How the server of a {@link Federation} works.
 *
 * @param clientsPerRound how many clients take part in a round, drawn anew each time; 0: all
 * @param averageFrom the round at which the server begins to average its weights (SWA), 0 or more; -1: never
 * @param every how many rounds lie between two collections, at least 1
 * @param lowestRate with {@code every} greater than 1, clients' learning rates go in each cycle from the usual one down to this factor of it, in [0, 1]; 1: they stay
 * @param seed of the choice of clients and of what is random in their steps
 */
public record FederationOptions(
        @Origin("debcaldarola/fedsam: 5 of 100 for CIFAR-10") int clientsPerRound,
        @Origin("debcaldarola/fedsam, models/main.py: at 75 % of the rounds if SWA is on") int averageFrom,
        @Origin("debcaldarola/fedsam, models/utils/args.py: swa_c") int every,
        @Origin("debcaldarola/fedsam, models/utils/main_utils.py: swa_lr over lr, 1e-4 / 1e-2") double lowestRate,
        long seed) {
    /** @throws OptionException if a number is out of its range */
    public FederationOptions {
        OptionException.require(clientsPerRound >= 0, "federation", "clientsPerRound", clientsPerRound, "at least 0");
        OptionException.require(averageFrom >= -1, "federation", "averageFrom", averageFrom, "at least 0, or -1 for never");
        OptionException.require(every >= 1, "federation", "every", every, "at least 1");
        OptionException.require(lowestRate >= 0 && lowestRate <= 1, "federation", "lowestRate", lowestRate, "in [0, 1]");
    }

    /** All clients in each round, no averaging by the server, seed 0. */
    public static FederationOptions defaults() {
        return new FederationOptions(0, -1, 1, 1, 0);
    }

    /** These options with so many clients in a round. */
    public FederationOptions clientsPerRound(int clients) {
        return new FederationOptions(clients, averageFrom, every, lowestRate, seed);
    }

    /** These options with an average of the server's weights, collected every so many rounds. */
    public FederationOptions average(int from, int every, double lowestRate) {
        return new FederationOptions(clientsPerRound, from, every, lowestRate, seed);
    }

    /** These options with another seed. */
    public FederationOptions seed(long seed) {
        return new FederationOptions(clientsPerRound, averageFrom, every, lowestRate, seed);
    }
}
