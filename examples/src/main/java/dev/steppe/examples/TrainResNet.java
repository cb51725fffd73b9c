package dev.steppe.examples;

import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.data.FashionMnist;
import dev.steppe.data.HorizontalFlip;
import dev.steppe.data.Loader;
import dev.steppe.data.Normalise;
import dev.steppe.data.RandomCrop;
import dev.steppe.data.TrainTest;
import dev.steppe.kernels.Kernels;
import dev.steppe.nn.ModelCard;
import dev.steppe.nn.ResNet;
import dev.steppe.optim.OneCycleSchedule;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.Options;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.base.Sgd;
import dev.steppe.train.EpochReport;
import dev.steppe.train.Trainer;
import dev.steppe.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;

/** A residual network learns the embedded sample of Fashion-MNIST. Arguments: a folder for the run, the number of epochs, the number of examples. */
public final class TrainResNet {
    private TrainResNet() {
    }

    /** Prints a line per epoch; the folder then holds {@code model.safetensors}, which {@link Predict} reads. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args.length > 0 ? args[0] : "runs/example");
        int epochs = args.length > 1 ? Integer.parseInt(args[1]) : 4;
        TrainTest data = FashionMnist.sample();
        int examples = args.length > 2 ? Integer.parseInt(args[2]) : data.train().size();

        Normalise normal = Normalise.measure(data.train());
        ResNet model = new ResNet(ResNet.Options.cifar(8, data.train().classNames().size()).channels(1));
        Objective objective = Objective.of(model::forward, Losses::crossEntropy);
        try (Loader train = Loader.training(data.train().take(examples), 64, 1, new RandomCrop(2), new HorizontalFlip(), normal);
                Loader test = Loader.evaluation(data.test(), 200, normal)) {
            Optimizer sam = Sam.defaults().over(Sgd.of(0.2).momentum(0.9).nesterov(true).weightDecay(5e-4))
                    .minimise(objective, model.initialPoint(1), Options.defaults()
                            .schedule(OneCycleSchedule.defaults(), (long) epochs * train.batchesPerEpoch()));
            new Trainer(sam, train, epochs)
                    .test(new Evaluator(Kernels.defaults(), objective), test)
                    .folder(folder, ModelCard.of("resnet8", normal.mean(), normal.std(), data.train().classNames()))
                    .listener(new TrainingListener() {
                        @Override
                        public void onEpoch(EpochReport e) {
                            System.out.printf("epoch %d  loss %.3f  sharpness %.3f  test accuracy %.3f  %.0f images/s%n", e.epoch(),
                                    e.trainLoss(), e.sharpness(), e.testAccuracy(), e.imagesPerSecond());
                        }
                    })
                    .run();
        }
        System.out.println("the run is in " + folder);
    }
}
