package dev.steppe.optim;

import dev.steppe.kernels.DType;
import java.util.List;

/** Runs one of the tests of the engine and the variants on one subject; loaded anew for each {@link SeededFault}. */
public final class FaultProbe {
    private FaultProbe() {
    }

    /** What a check says of a subject; null if it is content. */
    public static String complaint(String check, String subject) {
        try {
            run(check, subject);
            return null;
        } catch (Exception | AssertionError e) {
            return e.toString();
        }
    }

    private static void run(String check, String subject) {
        switch (check) {
            case "golden" ->
                new GoldenTest().inDoublePrecision(GoldenTest.cases().filter(g -> g.name().equals(subject)).findFirst().orElseThrow());
            case "statistics" -> new PassesTest().statisticsAreCollectedOncePerStepAndAsByAPlainOptimizer(SamVariants.parse(subject));
            case "masks" -> new PassesTest().allPassesOfAStepSeeTheSameMasksAndNoTwoStepsDo(SamVariants.parse(subject));
            case "passes" -> new PassesTest().passesAreThoseOfTheCatalogue();
            case "zero" -> new EdgeTest().aZeroGradientIsAZeroPerturbation(DType.F64);
            case "resume" -> new StateTest().aResumedRunIsTheWholeRunBitForBit(SamVariants.parse(subject).over(Subjects.SGD));
            case "shards" -> new PassesTest().shardsOfAVariantWithMemory();
            case "parts" -> new PassesTest().fourPartsOfEightAreOneBatchOfThirtyTwo(SamVariants.parse(subject));
            case "torn" -> new AtomicStepTest().anUpdateThatFailsHasNotHappened();
            default -> throw new IllegalArgumentException(
                    "there is no check '" + check + "'; there are " + List.of("golden", "statistics", "masks",
                            "passes", "zero", "resume", "shards", "parts", "torn"));
        }
    }
}
