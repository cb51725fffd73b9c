package dev.steppe.cli.report;

import dev.steppe.train.EpochReport;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The curves of a run as a picture: loss, test accuracy, and how sharp the minimum is (or the gradient norm, where nothing measures sharpness). */
public final class CurvesPicture {
    private static final Color TRAINING = Pictures.BLUE;
    private static final Color TEST = Pictures.RED;

    private static final int HEAD = 40;

    private final List<EpochReport> epochs;

    /** @param epochs of a run, the first one first */
    public CurvesPicture(List<EpochReport> epochs) {
        this.epochs = epochs;
    }

    /** The picture under a title. */
    public BufferedImage draw(String title) {
        List<LinePlot> panels = panels();
        int width = LinePlot.WIDTH * panels.size();
        int height = panels.stream().mapToInt(LinePlot::height).max().orElseThrow();
        return Pictures.paint(width, HEAD + height, g -> {
            g.setColor(Pictures.INK);
            g.setFont(Pictures.bold(18));
            g.drawString(title, (width - g.getFontMetrics().stringWidth(title)) / 2, 28);
            g.translate(0, HEAD);
            for (LinePlot panel : panels) {
                panel.draw(g);
                g.translate(LinePlot.WIDTH, 0);
            }
        });
    }

    /** The curves, each for itself. */
    public List<LinePlot> panels() {
        return List.of(
                new LinePlot("Loss", "mean loss per example (nats)",
                        List.of(line("training images", TRAINING, EpochReport::trainLoss),
                                line("test images", TEST, EpochReport::testLoss))),
                new LinePlot("Accuracy", "top-1 accuracy (%)", List.of(line("test images", TEST, e -> 100 * e.testAccuracy()))), third());
    }

    private LinePlot third() {
        LinePlot.Line sharpness = line("training images", TRAINING, EpochReport::sharpness);
        for (double value : sharpness.values()) {
            if (Double.isFinite(value) && value != 0) {
                return new LinePlot("Sharpness", "loss at w + e − loss at w (nats)", List.of(sharpness));
            }
        }
        return new LinePlot("Gradient", "global L2 norm", List.of(line("training images", TRAINING, EpochReport::gradientNorm)));
    }

    private LinePlot.Line line(String name, Color color, ToDoubleFunction<EpochReport> value) {
        return new LinePlot.Line(name, color, epochs.stream().mapToDouble(value).toArray());
    }
}
