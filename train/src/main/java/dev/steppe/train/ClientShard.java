package dev.steppe.train;

import dev.steppe.core.Batch;
import dev.steppe.core.RandomKey;
import dev.steppe.data.Dataset;
import dev.steppe.data.Loader;
import dev.steppe.optim.average.Client;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;

/**
 * A client of a {@link dev.steppe.optim.average.Federation} that holds a part of a dataset and goes through it some times in each round. What it trains on depends on
 * the round alone.
 */
public final class ClientShard implements Client, AutoCloseable {
    private final Loader loader;
    private final int epochs;

    /**
     * @param loader of its examples; closed with this
     * @param epochs how often it goes through them in a round, at least 1
     */
    public ClientShard(Loader loader, int epochs) {
        if (epochs < 1) {
            throw new IllegalArgumentException("client: " + epochs + " epochs in a round, expected 1 or more");
        }
        this.loader = loader;
        this.epochs = epochs;
    }

    /**
     * Deals a dataset out: every example to one client, to all as many as can be (some have one more).
     *
     * @param clients how many, at least 1 and at most one for each example
     * @param byClass whether examples are sorted by class before they are dealt in runs, so that a client sees few classes; if not, they are mixed
     * @param seed of the mixing
     * @throws IllegalArgumentException if there are too many clients or none
     */
    public static List<Dataset> deal(Dataset data, int clients, boolean byClass, long seed) {
        if (clients < 1 || clients > data.size()) {
            throw new IllegalArgumentException(data.name() + ": " + data.size() + " examples for " + clients + " clients");
        }
        int[] order = RandomKey.of(seed).fold("deal").permutation(data.size());
        if (byClass) {
            order = Arrays.stream(order).boxed().sorted(Comparator.comparingInt(data::label)).mapToInt(i -> i).toArray();
        }
        List<Dataset> parts = new ArrayList<>();
        for (int k = 0; k < clients; k++) {
            parts.add(data.subset(Arrays.copyOfRange(order, start(data, k, clients), start(data, k + 1, clients))));
        }
        return parts;
    }

    private static int start(Dataset data, int k, int clients) {
        return Math.toIntExact((long) data.size() * k / clients);
    }

    @Override
    public int examples() {
        return loader.data().size();
    }

    @Override
    public Iterable<Batch> batches(long round) {
        return () -> {
            loader.seek(new Loader.Position(Math.toIntExact(round * epochs), 0));
            Iterator<Integer> left = IntStream.range(0, epochs * loader.batchesPerEpoch()).iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return left.hasNext();
                }

                @Override
                public Batch next() {
                    if (!left.hasNext()) {
                        throw new NoSuchElementException("round " + round + " is over");
                    }
                    left.next();
                    return loader.next();
                }
            };
        };
    }

    @Override
    public void close() {
        loader.close();
    }
}
