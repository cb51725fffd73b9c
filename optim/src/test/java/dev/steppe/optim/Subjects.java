package dev.steppe.optim;

import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Sgd;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the tests of the engine's promises run over: every variant of the catalogue, with its defaults and with the settings of {@link #MORE}, each over SGD and
 * over AdamW. A variant that is registered is tested.
 */
final class Subjects {
    /** Settings under which a short run reaches what the defaults reach late, and variants within variants; as the command line writes them. */
    private static final List<String> MORE = List.of(
            "asam:scope=all,eta=0,epsilon=1e-12",
            "gsam:rhoMin=0.2,ascent=friendlysam",
            "stablesam:ascent=usam",
            "gcsam:normAfterGc=true,gcDescent=true",
            "samon:scale=elementwise,norm=infinity",
            "sparsesam:mask=fishermask(sparsity=0.3,every=2)",
            "sparsesam:mask=dynamicmask(sparsity=0.5,every=2)",
            "eigensam:eigenvector=poweriteration(every=2)",
            "imbsam:tail=tailclasses(classes=0)",
            "wsam:decouple=false,gamma=0.6,adaptive=true,rho=0.5",
            "wsam:maxNorm=5",
            "bsam:asReleased=true,rhoMinLow=0.02,balance=false",
            "samar:ratio=loss,rule=proportional,now=false,period=2",
            "looksam:k=2,ascent=vasso(theta=0.4)",
            "looksam:k=2,ascent=layersam",
            "layersam:unit=model,rho=0.05",
            "looksam:k=2,ascent=esam(ascent=vasso(theta=0.4))",
            "esam:keep=numbers,selection=released,ascent=vasso(theta=0.4)",
            "msharpness:m=2,ascent=vasso(theta=0.4)",
            "looksam:k=2,ascent=msharpness(m=3,ascent=bsam)",
            "multistep:n=3,ascent=asam",
            "confined:to=roles(of=weight/bias),ascent=vasso(theta=0.4)",
            "confined:to=names(of=conv),ascent=confined(to=roles(of=weight))",
            "triggered:when=bernoulli(p=0.5),scale=0.5,ascent=vasso",
            "triggered:when=everyk(k=3),ascent=wsam",
            "triggered:when=window(from=0.4,to=1),ascent=vasso",
            "reuse:when=bernoulli,update=true",
            "reuse:when=flat(warmup=2)",
            "reuse:when=cosine(c=0.9),update=true,ascent=esam(gamma=1)",
            "sala:k=2,alpha=0.5,rho=0.2", "lookbehind:k=2,adaptive=true,ascent=sam", "bar:mode=o,decay=linear",
            "ksam:keep=1",
            "aesam:ascent=vasso(theta=0.4),lambda1=0,lambda2=0",
            "aelooksam:lambda1=0,lambda2=0",
            "vsam:warmup=0.1,window=4,blocks=2,first=1.5",
            "mrwp:eta=0,noise=sign",
            "lpfsgd:parts=3",
            "lorenza:rank=2,every=3,probes=2",
            "bayesiansam:parts=1");

    private static final Set<String> RANDOM = Set.of("rwp", "arwp", "mrwp", "lpfsgd", "bayesiansam");

    /** A prior or a scaling of the weights acts on them whatever the gradient. */
    private static final Set<String> PRIOR = Set.of("bar", "bayesiansam");

    /** They take finite differences of losses, and divide what comes of that by its own size: rounding is not small. */
    private static final Set<String> DIFFERENCES = Set.of("lorenza");

    /** They cut a batch into parts, which have masks of their own. */
    private static final Set<String> PARTS = Set.of("bayesiansam", "lpfsgd");

    static final BaseOptimizer SGD = Sgd.of(0.1).momentum(0.9).weightDecay(1e-3);
    static final BaseOptimizer ADAMW = AdamW.of(0.01).with("weightDecay", 0.1);

    private Subjects() {
    }

    static Stream<SamVariant> variants() {
        return Stream.concat(SamVariants.all().stream().map(SamVariants.Entry::defaults), MORE.stream().map(SamVariants::parse));
    }

    static Stream<Recipe> recipes() {
        List<Recipe> recipes = new ArrayList<>(List.of(SGD, ADAMW));
        variants().forEach(variant -> recipes.addAll(List.of(variant.over(SGD), variant.over(ADAMW))));
        return recipes.stream();
    }

    /** Whether a variant perturbs without regard to the gradient: at random, or along a memory. */
    static boolean isRandom(SamVariant variant) {
        return RANDOM.contains(name(variant));
    }

    /** Whether a gradient of zero leaves the weights where they are, without weight decay. */
    static boolean restsWithoutGradient(SamVariant variant) {
        return !PRIOR.contains(name(variant));
    }

    /** How far rounding may take a variant within ten steps. */
    static double rounding(SamVariant variant) {
        return DIFFERENCES.contains(name(variant)) ? 1e-8 : 1e-12;
    }

    /** Whether the passes of a step are not all on one part of the batch. */
    static boolean isInParts(SamVariant variant) {
        return PARTS.contains(name(variant));
    }

    private static String name(SamVariant variant) {
        return SamVariants.format(variant).split(":")[0];
    }

    /** Options with everything that a variant may ask for: the length of the run, second batches (of the size of the first). */
    static Options options(TinyNet net, long steps, int examples) {
        return Options.defaults().schedule(new ConstantSchedule(), steps).auxiliary(t -> net.batch((int) t + 1000, examples))
                .kernels(Toy.KERNELS);
    }
}
