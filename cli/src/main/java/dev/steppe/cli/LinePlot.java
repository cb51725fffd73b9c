package dev.steppe.cli;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * Some numbers over the epochs 1, 2, ..: a heading with the key of the lines above the plot, where nothing is covered; ticks at 1, 2 or 5 times a power of
 * ten.
 *
 * @param heading what is shown
 * @param unit of the numbers
 * @param lines one for each kind of numbers
 */
record LinePlot(String heading, String unit, List<Line> lines) {
    /**
     * A line.
     *
     * @param values one for each epoch; NaN where there is none
     */
    record Line(String name, Color color, double... values) {
    }

    static final int WIDTH = 520;
    static final int HEIGHT = 410;

    /** The plot itself, inside the panel. */
    private static final int LEFT = 78;
    private static final int RIGHT = WIDTH - 18;
    private static final int TOP = 36;
    private static final int BOTTOM = HEIGHT - 54;
    private static final int MOST_MARKERS = 40;
    private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

    /** Draws the panel with its upper left corner at the origin. */
    void draw(Graphics2D g) {
        heading(g);
        int epochs = lines.stream().mapToInt(line -> line.values().length).max().orElse(1);
        double[] range = range();
        Axis x = new Axis(0, epochs, LEFT, RIGHT);
        Axis y = new Axis(range[0], range[1], BOTTOM, TOP);
        grid(g, x, y);
        for (Line line : lines) {
            draw(g, line, x, y);
        }
    }

    private void heading(Graphics2D g) {
        int x = LEFT;
        int y = TOP - 16;
        g.setColor(Pictures.INK);
        g.setFont(TEXT.deriveFont(Font.BOLD, 14f));
        g.drawString(heading, x, y);
        x += g.getFontMetrics().stringWidth(heading) + 22;
        g.setFont(TEXT);
        for (Line line : lines) {
            g.setColor(line.color());
            g.setStroke(new BasicStroke(2));
            g.drawLine(x, y - 5, x + 24, y - 5);
            dot(g, x + 12, y - 5);
            g.setColor(Pictures.INK);
            g.drawString(line.name(), x + 31, y);
            x += 31 + g.getFontMetrics().stringWidth(line.name()) + 20;
        }
    }

    private void grid(Graphics2D g, Axis x, Axis y) {
        g.setFont(TEXT);
        FontMetrics metrics = g.getFontMetrics();
        g.setStroke(new BasicStroke(1));
        for (double tick : y.ticks(8, false)) {
            g.setColor(Pictures.GRID);
            g.draw(new Line2D.Double(LEFT, y.at(tick), RIGHT, y.at(tick)));
            g.setColor(Pictures.INK);
            Pictures.right(g, text(tick), LEFT - 9, y.at(tick));
        }
        for (double tick : x.ticks((RIGHT - LEFT) / (metrics.stringWidth(text(x.high())) + 22), true)) {
            g.setColor(Pictures.SOFT);
            g.draw(new Line2D.Double(x.at(tick), BOTTOM, x.at(tick), BOTTOM + 5));
            g.setColor(Pictures.INK);
            Pictures.centre(g, text(tick), x.at(tick), BOTTOM + 16);
        }
        g.setColor(Pictures.SOFT);
        g.draw(new Line2D.Double(LEFT, TOP, LEFT, BOTTOM));
        g.draw(new Line2D.Double(LEFT, BOTTOM, RIGHT, BOTTOM));
        g.setColor(Pictures.INK);
        Pictures.centre(g, "epoch", (LEFT + RIGHT) / 2.0, BOTTOM + 40);
        Pictures.upright(g, unit, 18, (TOP + BOTTOM) / 2.0);
    }

    private static void draw(Graphics2D g, Line line, Axis x, Axis y) {
        Path2D path = new Path2D.Double();
        boolean drawing = false;
        g.setColor(line.color());
        for (int i = 0; i < line.values().length; i++) {
            double value = line.values()[i];
            if (!Double.isFinite(value)) {
                drawing = false;
                continue;
            }
            if (drawing) {
                path.lineTo(x.at(i + 1), y.at(value));
            } else {
                path.moveTo(x.at(i + 1), y.at(value));
            }
            drawing = true;
            if (line.values().length <= MOST_MARKERS) {
                dot(g, x.at(i + 1), y.at(value));
            }
        }
        g.setStroke(new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.draw(path);
    }

    private static void dot(Graphics2D g, double x, double y) {
        g.fill(new Ellipse2D.Double(x - 3.2, y - 3.2, 6.4, 6.4));
    }

    /** The range of all finite numbers and a little more on both sides; a single number lies in the middle. */
    private double[] range() {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Line line : lines) {
            for (double value : line.values()) {
                if (Double.isFinite(value)) {
                    low = Math.min(low, value);
                    high = Math.max(high, value);
                }
            }
        }
        if (low > high) {
            return new double[] {0, 1};
        }
        double margin = high > low ? 0.05 * (high - low) : Math.max(1e-3, 0.1 * Math.abs(high));
        return new double[] {low - margin, high + margin};
    }

    /** A tick's number in as few digits as it needs. */
    private static String text(double tick) {
        return tick == 0 ? "0" : new BigDecimal(tick).round(new MathContext(6)).stripTrailingZeros().toPlainString();
    }

    /** A range of numbers on a stretch of the picture. */
    private record Axis(double low, double high, double from, double to) {
        double at(double value) {
            return from + (value - low) / (high - low) * (to - from);
        }

        /** About as many round numbers, at most two more. */
        List<Double> ticks(int about, boolean whole) {
            double rough = (high - low) / Math.max(1, about);
            double power = Math.pow(10, Math.floor(Math.log10(rough)));
            double step = power * (rough <= power * 1.0001 ? 1 : rough <= 2 * power ? 2 : rough <= 5 * power ? 5 : 10);
            if (whole) {
                step = Math.max(1, step);
            }
            List<Double> ticks = new ArrayList<>();
            for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
                ticks.add(i * step);
            }
            return ticks;
        }
    }
}
