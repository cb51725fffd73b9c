package dev.steppe.benchmarks;

import dev.steppe.kernels.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** Everyone there is in this build. */
final class Contenders {
    private Contenders() {
    }

    static List<Contender> all() {
        List<Contender> all = new ArrayList<>(
                List.of(new SteppeKernels("scalar", Kernels::scalar), new SteppeKernels("vector", Kernels::vector)));
        ServiceLoader.load(Contender.class).forEach(all::add);
        return all;
    }

    static Contender of(String name, int threads) {
        List<String> names = all().stream().map(Contender::name).toList();
        Contender contender = all().stream().filter(c -> c.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("kernels " + name + ": this build has " + names));
        contender.threads(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
        return contender;
    }
}
