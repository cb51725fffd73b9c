package dev.steppe.optim.average;

import java.util.List;

/**
 * What one round of a {@link Federation} saw.
 *
 * @param round number of the round, from 0
 * @param clients who took part, ascending
 * @param loss mean over all steps of all clients, weighted as the clients are
 * @param perturbationNorm mean over the same steps
 * @param steps how many steps all of them made
 * @param drift mean distance of a client's weights from the server's at the end of the round, weighted as the clients are
 * @param rateFactor factor on the clients' learning rate
 */
public record RoundReport(long round, List<Integer> clients, double loss, double perturbationNorm, long steps, double drift,
        double rateFactor) {
    /** The list is copied. */
    public RoundReport {
        clients = List.copyOf(clients);
    }
}
