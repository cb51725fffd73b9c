package dev.steppe.cli.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Some numbers over the epochs 1, 2, ..
 *
 * @param heading what is shown
 * @param unit of the numbers
 * @param lines one for each kind of numbers
 */
public record LinePlot(String heading, String unit, List<Line> lines) implements Pictures.Drawing {
    /**
     * A line.
     *
     * @param name for the key
     * @param values one for each epoch; NaN where there is none, and there may be fewer than of others
     */
    public record Line(String name, Color color, double... values) {
    }

    static final int WIDTH = XyPlot.WIDTH;

    private static final int MOST_MARKERS = 40;
    /** So many epochs can all have a tick. */
    private static final int MOST_TICKS = 12;

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int height() {
        return plot().height();
    }

    @Override
    public void draw(Graphics2D g) {
        plot().draw(g, styler -> {
            if (epochs() > MOST_TICKS) {
                styler.setXAxisMin(0.5);
            }
        });
    }

    private XyPlot plot() {
        double[] x = IntStream.rangeClosed(1, epochs()).asDoubleStream().toArray();
        // Where colours come again, lines are interrupted.
        List<XyPlot.Line> plotted = IntStream.range(0, lines.size())
                .mapToObj(i -> new XyPlot.Line(lines.get(i).name(), lines.get(i).color(), i >= Pictures.COLOR_COUNT, x,
                        padded(lines.get(i).values(), x.length)))
                .toList();
        return new XyPlot(heading, "epoch", unit, XyPlot.Axes.LINEAR, x.length <= MOST_MARKERS, plotted);
    }

    private int epochs() {
        return lines.stream().mapToInt(line -> line.values().length).max().orElse(0);
    }

    private static double[] padded(double[] values, int length) {
        double[] padded = Arrays.copyOf(values, length);
        Arrays.fill(padded, values.length, length, Double.NaN);
        return padded;
    }
}
