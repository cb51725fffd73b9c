package dev.steppe.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.steppe.core.Batch;
import dev.steppe.core.Shape;
import dev.steppe.data.Loader.Options;
import dev.steppe.data.Loader.Position;
import dev.steppe.kernels.ShapeException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Order, augmentation, positions, ownership and the thread of the loader. */
class LoaderTest {
    private static final int EXAMPLES = 37;

    private static ImageDataset images(int n) {
        byte[][] images = new byte[n][16];
        for (int i = 0; i < n; i++) {
            Arrays.fill(images[i], (byte) i);
            images[i][5] = (byte) (i + 100);
        }
        int[] labels = IntStream.range(0, n).map(i -> i % 3).toArray();
        return ImageDataset.of("images", Shape.of(4, 4, 1), images, labels, List.of("a", "b", "c"));
    }

    private static final Dataset DATA = images(EXAMPLES);
    private static final Transform[] AUGMENT = {new RandomCrop(2), new HorizontalFlip(), Normalise.measure(DATA), new Cutout(2)};

    /** All that is in a batch, copied out of the ring. */
    private record Seen(List<Float> inputs, List<Integer> targets, List<Integer> ids) {
        static Seen of(Batch batch) {
            List<Float> inputs = new ArrayList<>();
            for (float f : batch.inputs().toFloats()) {
                inputs.add(f);
            }
            List<Integer> targets = new ArrayList<>();
            for (double t : batch.targets().toDoubles()) {
                targets.add((int) t);
            }
            return new Seen(inputs, targets, IntStream.of(batch.ids()).boxed().toList());
        }

        /** The pixels of the example with this id. */
        List<Float> example(int id) {
            int k = ids.indexOf(id);
            return inputs.subList(16 * k, 16 * k + 16);
        }
    }

    private static List<Seen> epoch(Loader loader) {
        List<Seen> all = new ArrayList<>();
        for (Batch batch : loader) {
            all.add(Seen.of(batch));
        }
        return all;
    }

    private static List<Seen> next(Loader loader, int n) {
        return IntStream.range(0, n).mapToObj(i -> Seen.of(loader.next())).toList();
    }

    private static Options training(int prefetch) {
        return Options.of(8).shuffled(42).transforms(AUGMENT).prefetch(prefetch);
    }

    @Test
    void evaluationGivesAllExamplesInOrder() {
        try (Loader loader = Loader.evaluation(DATA, 8)) {
            for (int pass = 0; pass < 2; pass++) {
                List<Seen> seen = epoch(loader);
                assertEquals(List.of(8, 8, 8, 8, 5), seen.stream().map(s -> s.ids.size()).toList());
                List<Integer> ids = seen.stream().flatMap(s -> s.ids.stream()).toList();
                assertEquals(IntStream.range(0, EXAMPLES).boxed().toList(), ids);
                assertEquals(ids.stream().map(i -> i % 3).toList(), seen.stream().flatMap(s -> s.targets.stream()).toList());
                assertEquals(136 / 255f, seen.get(4).example(36).get(5));
            }
        }
    }

    @Test
    void evaluationStartsAnewAfterAnEarlyExit() {
        try (Loader loader = Loader.evaluation(DATA, 8)) {
            loader.iterator().next();
            assertEquals(5, epoch(loader).size());
        }
    }

    @Test
    void batchesHaveShapes() {
        try (Loader loader = Loader.evaluation(DATA, 30)) {
            Iterator<Batch> batches = loader.iterator();
            assertEquals(Shape.of(30, 4, 4, 1), batches.next().inputs().shape());
            Batch last = batches.next();
            assertEquals(Shape.of(7, 4, 4, 1), last.inputs().shape());
            assertEquals(Shape.of(7), last.targets().shape());
            assertFalse(batches.hasNext());
            assertThrows(NoSuchElementException.class, batches::next);
        }
        try (Loader loader = Loader.evaluation(ArrayDataset.of("rows", new float[3][2], 0, 1, 0), 3)) {
            assertEquals(Shape.of(3, 2), loader.next().inputs().shape());
        }
    }

    @Test
    void everyEpochIsAnotherPermutation() {
        try (Loader loader = new Loader(DATA, training(2))) {
            List<List<Integer>> orders = new ArrayList<>();
            for (int e = 0; e < 4; e++) {
                List<Integer> ids = epoch(loader).stream().flatMap(s -> s.ids.stream()).toList();
                assertEquals(IntStream.range(0, EXAMPLES).boxed().toList(), ids.stream().sorted().toList());
                assertFalse(orders.contains(ids));
                orders.add(ids);
            }
        }
    }

    @Test
    void dropLastLeavesOutTheRest() {
        try (Loader loader = Loader.training(DATA, 8, 1)) {
            assertEquals(4, loader.batchesPerEpoch());
            assertEquals(List.of(8, 8, 8, 8), epoch(loader).stream().map(s -> s.ids.size()).toList());
        }
    }

    /** (seed, epoch, id) alone decide what becomes of an example: not the batch size, the order, or which part of the data it is loaded with. */
    @Property(tries = 20)
    void augmentationDependsOnSeedEpochAndIdAlone(@ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int batchSize,
            @ForAll @IntRange(max = 3) int epoch) {
        Dataset part = DATA.subset(30, 4, 17, 9);
        try (Loader whole = new Loader(DATA, Options.of(batchSize).shuffled(seed).transforms(AUGMENT));
                Loader some = new Loader(part, Options.of(3).shuffled(seed).transforms(AUGMENT))) {
            whole.seek(new Position(epoch, 0));
            some.seek(new Position(epoch, 0));
            List<Seen> all = epoch(whole);
            for (Seen batch : epoch(some)) {
                for (int id : batch.ids) {
                    Seen same = all.stream().filter(s -> s.ids.contains(id)).findFirst().orElseThrow();
                    assertEquals(same.example(id), batch.example(id));
                }
            }
        }
    }

    /** Two transforms of one kind at two places draw different numbers. */
    @Test
    void augmentationDiffersByPlace() {
        List<Long> keys = new ArrayList<>();
        Transform note = (values, offset, shape, key) -> keys.add(key.state());
        try (Loader loader = new Loader(DATA, Options.of(EXAMPLES).transforms(note, note).prefetch(1))) {
            keys.clear();
            loader.next();
            loader.seek(Position.START);
            assertEquals(2 * EXAMPLES, keys.stream().limit(2 * EXAMPLES).distinct().count());
        }
    }

    @Test
    void augmentationDiffersByEpochAndSeed() {
        Options inOrder = Options.of(EXAMPLES).transforms(AUGMENT);
        Options otherSeed = new Options(EXAMPLES, false, 43, false, List.of(AUGMENT), 1);
        try (Loader a = new Loader(DATA, inOrder); Loader b = new Loader(DATA, otherSeed)) {
            Seen first = Seen.of(a.next());
            assertNotEquals(first, Seen.of(a.next()));
            assertNotEquals(first, Seen.of(b.next()));
        }
    }

    @Property(tries = 30)
    void everyPositionContinuesAsIfNothingHadHappened(@ForAll @IntRange(max = 12) int before,
            @ForAll @IntRange(min = 1, max = 4) int prefetch) {
        try (Loader through = new Loader(DATA, training(2)); Loader resumed = new Loader(DATA, training(prefetch))) {
            next(through, before);
            Position saved = through.position();
            assertEquals(new Position(before / 5, before % 5), saved);
            List<Seen> rest = next(through, 8);
            resumed.next();
            resumed.seek(saved);
            assertEquals(rest, next(resumed, 8));
            through.seek(saved);
            assertEquals(rest, next(through, 8));
        }
    }

    @Test
    void aLoopThatWasLeftIsTakenUpWhereItWasLeft() {
        try (Loader left = new Loader(DATA, training(2)); Loader whole = new Loader(DATA, training(2))) {
            List<Seen> all = epoch(whole);
            Iterator<Batch> some = left.iterator();
            some.next();
            some.next();
            assertEquals(new Position(0, 2), left.position());
            assertEquals(all.subList(2, 5), epoch(left));
            assertEquals(new Position(1, 0), left.position());
            assertEquals(epoch(whole), epoch(left));
        }
    }

    @Test
    void aBatchStaysValidUntilTheNextOneIsAskedFor() throws InterruptedException {
        try (Loader loader = new Loader(DATA, training(1)); Loader same = new Loader(DATA, training(4))) {
            for (int i = 0; i < 12; i++) {
                Batch batch = loader.next();
                // Time enough for the thread to write where it must not.
                Thread.sleep(5);
                assertEquals(Seen.of(same.next()), Seen.of(batch));
            }
        }
    }

    @Test
    @Timeout(30)
    void batchesAreMadeAheadInAThreadOfItsOwnAndInBoundedNumber() throws InterruptedException {
        List<Integer> started = new ArrayList<>();
        CountDownLatch three = new CountDownLatch(3 * 8);
        Transform count = (values, offset, shape, key) -> {
            synchronized (started) {
                started.add(offset);
                assertTrue(Thread.currentThread().isDaemon() || started.size() == 1);
            }
            three.countDown();
        };
        try (Loader loader = new Loader(DATA, Options.of(8).transforms(count).prefetch(2))) {
            synchronized (started) {
                assertEquals(1, started.size(), "the constructor tries each transform once");
                started.clear();
                started.add(0);
            }
            loader.next();
            three.await();
            Thread.sleep(30);
            synchronized (started) {
                assertEquals(1 + 3 * 8, started.size(), "one batch held, two ahead");
            }
        }
    }

    @Test
    @Timeout(30)
    void whatATransformThrowsArrivesWithItsCauseAndCanBeTriedAgain() {
        AtomicBoolean broken = new AtomicBoolean();
        IllegalStateException trouble = new IllegalStateException("disk on fire");
        Transform fails = (values, offset, shape, key) -> {
            if (broken.get() && values[offset + 5] == (120 & 0xff) / 255f) {
                throw trouble;
            }
        };
        try (Loader loader = new Loader(DATA, Options.of(8).transforms(fails)); Loader good = Loader.evaluation(DATA, 8)) {
            broken.set(true);
            assertEquals(next(good, 2), next(loader, 2));
            for (int attempt = 0; attempt < 2; attempt++) {
                LoaderException e = assertThrows(LoaderException.class, loader::next);
                assertSame(trouble, e.getCause());
                assertTrue(e.getMessage().contains("example 20") && e.getMessage().contains("disk on fire"), e.getMessage());
                assertEquals(new Position(0, 2), loader.position());
            }
            broken.set(false);
            assertEquals(next(good, 3), next(loader, 3));
        }
    }

    @Test
    @Timeout(30)
    void errorsArriveToo() {
        AtomicBoolean broken = new AtomicBoolean();
        Transform fails = (values, offset, shape, key) -> {
            if (broken.get()) {
                throw new OutOfMemoryError("pretended");
            }
        };
        try (Loader loader = new Loader(DATA, Options.of(8).transforms(fails))) {
            broken.set(true);
            assertInstanceOf(OutOfMemoryError.class, assertThrows(LoaderException.class, loader::next).getCause());
        }
    }

    /** Trouble beside the examples themselves must not leave the consumer waiting either. */
    @Test
    @Timeout(30)
    void noTroubleOfTheThreadIsLost() {
        IllegalStateException trouble = new IllegalStateException("no such id");
        Dataset broken = new Forwarding(DATA) {
            @Override
            public int id(int i) {
                throw trouble;
            }
        };
        try (Loader loader = Loader.evaluation(broken, 8)) {
            assertSame(trouble, assertThrows(LoaderException.class, loader::next).getCause());
        }
    }

    @Test
    @Timeout(30)
    void anInterruptLosesNothing() {
        try (Loader loader = new Loader(DATA, training(2)); Loader same = new Loader(DATA, training(2))) {
            assertEquals(next(same, 2), next(loader, 2));
            Thread.currentThread().interrupt();
            LoaderException e = assertThrows(LoaderException.class, loader::next);
            assertInstanceOf(InterruptedException.class, e.getCause());
            assertTrue(Thread.interrupted(), "the thread stays interrupted");
            assertEquals(next(same, 6), next(loader, 6));
        }
    }

    @Test
    @Timeout(30)
    void closeEndsTheThreadEvenIfATransformSwallowsInterrupts() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        Transform swallows = (values, offset, shape, key) -> {
            inside.countDown();
            Thread.interrupted();
        };
        Loader loader = new Loader(DATA, Options.of(8).transforms(swallows).prefetch(1));
        Batch batch = loader.next();
        inside.await();
        loader.close();
        loader.close();
        assertFalse(loaderThreads().stream().anyMatch(Thread::isAlive));
        assertEquals(8, batch.size());
        assertThrows(IllegalStateException.class, loader::next);
    }

    @Test
    @Timeout(30)
    void theThreadEndsWithTheEpoch() {
        Loader loader = new Loader(DATA, training(2));
        epoch(loader);
        assertEquals(List.of(), loaderThreads());
    }

    private static List<Thread> loaderThreads() {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals("steppe-loader")).toList();
    }

    /** After the first epoch nothing of the size of a batch is allocated, neither by the loader's thread nor by the consumer. */
    @Test
    void batchArraysAreRecycled() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int batches = 200;
        byte[][] images = new byte[64 * batches][28 * 28];
        Dataset data = ImageDataset.owning("big", Shape.of(28, 28, 1), images, new int[images.length], List.of("a"));
        try (Loader loader = Loader.training(data, 64, 1, new RandomCrop(2), new HorizontalFlip(),
                Normalise.of(new float[1], new float[] {1}))) {
            for (int i = 0; i < batches; i++) {
                loader.next();
            }
            loader.next();
            long producer = loaderThreads().getFirst().threadId();
            long before = threads.getThreadAllocatedBytes(producer) + threads.getCurrentThreadAllocatedBytes();
            int measured = batches / 2;
            for (int i = 0; i < measured; i++) {
                loader.next();
            }
            long perBatch = (threads.getThreadAllocatedBytes(producer) + threads.getCurrentThreadAllocatedBytes() - before) / measured;
            // A batch has 200,704 bytes; keys and tensors, a few small objects for each example.
            assertTrue(perBatch < 24_000, perBatch + " bytes per batch");
        }
    }

    @Test
    void refusesWhatCannotWork() {
        assertMessage("37 examples give no batch of 38", IllegalArgumentException.class, () -> Loader.training(DATA, 38, 1));
        assertMessage("batches of 0", IllegalArgumentException.class, () -> Options.of(0));
        assertMessage("0 ahead", IllegalArgumentException.class, () -> Options.of(1).prefetch(0));
        assertMessage("2 means, examples of shape [4,4,1]", ShapeException.class,
                () -> Loader.evaluation(DATA, 8, Normalise.of(new float[2], new float[] {1, 1})));
        assertMessage("epoch -1", IllegalArgumentException.class, () -> new Position(-1, 0));
        try (Loader loader = Loader.evaluation(DATA, 8)) {
            assertMessage("batch 5 of an epoch of 5", IllegalArgumentException.class, () -> loader.seek(new Position(0, 5)));
        }
    }

    private static void assertMessage(String part, Class<? extends Exception> type, org.junit.jupiter.api.function.Executable call) {
        Exception e = assertThrows(type, call);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void idsAreThoseOfTheWholeDataset() {
        try (Loader loader = Loader.evaluation(DATA.subset(30, 4, 17), 3)) {
            assertArrayEquals(new int[] {30, 4, 17}, loader.next().ids());
        }
    }

    /** Another kind of dataset, as a user may write one. */
    private static class Forwarding implements Dataset {
        private final Dataset base;

        Forwarding(Dataset base) {
            this.base = base;
        }

        @Override
        public String name() {
            return "forwarding";
        }

        @Override
        public int size() {
            return base.size();
        }

        @Override
        public Shape inputShape() {
            return base.inputShape();
        }

        @Override
        public void copy(int i, float[] target, int offset) {
            base.copy(i, target, offset);
        }

        @Override
        public int label(int i) {
            return base.label(i);
        }

        @Override
        public List<String> classNames() {
            return base.classNames();
        }
    }
}
