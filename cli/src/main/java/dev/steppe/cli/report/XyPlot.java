package dev.steppe.cli.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.font.FontRenderContext;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Lines over numbers.
 *
 * @param heading what is shown
 * @param xLabel name and unit of the horizontal axis
 * @param yLabel name and unit of the other one
 * @param axes which axes go in ratios
 * @param marked whether each number has a dot
 * @param lines with names; one at least
 */
public record XyPlot(String heading, String xLabel, String yLabel, Axes axes, boolean marked, List<Line> lines)
        implements
            Pictures.Drawing {
    /** Which axes go in ratios. */
    public enum Axes {
        LINEAR, LOG_Y, LOG_LOG
    }

    /**
     * A line.
     *
     * @param name for the key
     * @param dashed whether it is interrupted
     * @param y NaN where there is none
     */
    public record Line(String name, Color color, boolean dashed, double[] x, double[] y) {
        /** A line that is not interrupted. */
        public static Line of(String name, Color color, double[] x, double[] y) {
            return new Line(name, color, false, x, y);
        }
    }

    static final int WIDTH = 400;

    /** Height with a key of two rows at most. */
    private static final int HEIGHT = 390;
    private static final int HEAD = 26;
    /** The key begins below the upright axis, and no further right than this: before the chart is drawn nobody knows where that will be. */
    private static final double KEY_LEFT = 80;
    private static final int KEY = 52;
    private static final int KEY_LINE = 22;
    private static final double SAMPLE = 24;
    private static final Font TEXT = Pictures.text(15);
    private static final FontRenderContext METRICS = new FontRenderContext(null, true, true);
    private static final BasicStroke PEN = new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    private static final BasicStroke DASHES = new BasicStroke(1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {6, 4}, 0);

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int height() {
        return HEIGHT + Math.max(0, key(KEY_LEFT).getLast().row() - 1) * KEY_LINE;
    }

    @Override
    public void draw(Graphics2D g) {
        draw(g, styler -> {
            double[] x = finite(Line::x);
            double low = Arrays.stream(x).min().orElse(0);
            double high = Arrays.stream(x).max().orElse(1);
            if (axes != Axes.LOG_LOG) {
                double margin = 0.013 * (high - low);
                styler.setXAxisMin(low - margin).setXAxisMax(high + margin);
            }
        });
    }

    /** Draws with the ends of the horizontal axis as somebody wants them. */
    void draw(Graphics2D g, Consumer<XYStyler> horizontal) {
        XYChart chart = new XYChart(WIDTH, HEIGHT - HEAD - KEY);
        chart.setXAxisTitle(xLabel);
        chart.setYAxisTitle(yLabel);
        style(chart.getStyler());
        horizontal.accept(chart.getStyler());
        double scale = axes == Axes.LINEAR ? scale() : 1;
        if (axes == Axes.LINEAR) {
            range(chart.getStyler(), scale);
        } else {
            decades(chart.getStyler());
        }
        for (Line line : lines) {
            double[] y = Arrays.stream(line.y()).map(value -> shown(value) ? value / scale : Double.NaN).toArray();
            XYSeries series = chart.addSeries(line.name(), line.x(), y);
            series.setMarker(marked ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE).setMarkerColor(line.color()).setLineColor(line.color())
                    .setLineStyle(line.dashed() ? DASHES : PEN);
        }
        g.translate(0, HEAD);
        chart.paint(g, WIDTH, HEIGHT - HEAD - KEY);
        g.translate(0, -HEAD);
        g.setColor(Pictures.INK);
        Pictures.write(g, heading, Pictures.bold(16), chart.getYAxisLeftWidth(), HEAD);
        for (Entry entry : key(Math.min(chart.getYAxisLeftWidth(), KEY_LEFT))) {
            entry.draw(g, marked);
        }
    }

    /**
     * A line's sample and name.
     *
     * @param row the number of rows above it
     */
    private record Entry(Line line, double x, int row) {
        void draw(Graphics2D g, boolean marked) {
            double y = HEIGHT - KEY + 12 + row * KEY_LINE;
            g.setColor(line.color());
            g.setStroke(line.dashed() ? DASHES : PEN);
            g.draw(new Line2D.Double(x, y - 5, x + SAMPLE, y - 5));
            if (marked) {
                g.fill(new Ellipse2D.Double(x + SAMPLE / 2 - 3.5, y - 8.5, 7, 7));
            }
            g.setColor(Pictures.INK);
            Pictures.write(g, line.name(), TEXT, x + SAMPLE + 8, y);
        }
    }

    /** What the lines are, one after the other, and below each other where there is no room; XChart would shorten the names. */
    private List<Entry> key(double left) {
        List<Entry> key = new ArrayList<>();
        double x = left;
        int row = 0;
        for (Line line : lines) {
            double width = SAMPLE + 8 + TEXT.getStringBounds(line.name(), METRICS).getWidth();
            if (x > left && x + width > WIDTH) {
                x = left;
                row++;
            }
            key.add(new Entry(line, x, row));
            x += width + 20;
        }
        return key;
    }

    private void style(XYStyler styler) {
        Pictures.style(styler);
        styler.setPlotGridVerticalLinesVisible(false).setXAxisTickMarkSpacingHint(60).setYAxisTickMarkSpacingHint(50).setMarkerSize(7);
        styler.setXAxisTickLabelsFormattingFunction(XyPlot::text).setPlotGridHorizontalLinesVisible(axes == Axes.LINEAR)
                .setLegendVisible(false);
        styler.setYAxisLogarithmic(axes != Axes.LINEAR).setXAxisLogarithmic(axes == Axes.LOG_LOG);
    }

    private boolean shown(double y) {
        return Double.isFinite(y) && (axes == Axes.LINEAR || y > 0);
    }

    private double[] finite(Function<Line, double[]> numbers) {
        return lines.stream().flatMapToDouble(line -> Arrays.stream(numbers.apply(line))).filter(Double::isFinite).toArray();
    }

    /** The power of ten in which the numbers are plotted: XChart would never end where its ticks have to be closer than 1e-10. */
    private double scale() {
        double most = Arrays.stream(finite(Line::y)).map(Math::abs).max().orElse(0);
        return most < Double.MIN_NORMAL ? 1 : Math.pow(10, Math.floor(Math.log10(most)));
    }

    /**
     * The ends of the upright axis, and with them the ticks: XChart puts these at data, 1, 8, 15, .. or 57.5736, if data and ends lie evenly, and at round numbers
     * otherwise.
     */
    private void range(XYStyler styler, double scale) {
        double low = Arrays.stream(finite(Line::y)).min().orElse(0) / scale;
        double high = Arrays.stream(finite(Line::y)).max().orElse(1) / scale;
        double margin = high - low > 1e-6 ? 0.01 * (high - low) : 0.1;
        styler.setYAxisMin(low - margin).setYAxisMax(high + margin).setYAxisTickLabelsFormattingFunction(tick -> text(tick * scale));
    }

    /** Whole powers of ten at the ends. */
    private void decades(XYStyler styler) {
        double[] y = Arrays.stream(finite(Line::y)).filter(v -> v > 0).toArray();
        styler.setYAxisMin(power(Arrays.stream(y).min().orElse(1), Math::floor))
                .setYAxisMax(power(Arrays.stream(y).max().orElse(10), Math::ceil))
                .setYAxisTickLabelsFormattingFunction(XyPlot::decade);
        if (axes == Axes.LOG_LOG) {
            styler.setXAxisMin(power(Arrays.stream(finite(Line::x)).min().orElse(1), Math::floor))
                    .setXAxisMax(power(Arrays.stream(finite(Line::x)).max().orElse(10), Math::ceil))
                    .setXAxisTickLabelsFormattingFunction(XyPlot::decade);
        }
    }

    /** A power of ten: 0.01, 1, 100, and else 1e-5. */
    private static String decade(double tick) {
        return tick < 0.005 || tick > 2000 ? "1e" + Math.round(Math.log10(tick)) : text(tick);
    }

    private static double power(double x, DoubleUnaryOperator rounding) {
        return Math.pow(10, rounding.applyAsDouble(Math.log10(x)));
    }

    /** A tick's number in as few digits as it needs: XChart would never end where all its labels have more than 20 characters. */
    public static String text(double tick) {
        BigDecimal number = new BigDecimal(tick).round(new MathContext(6)).stripTrailingZeros();
        int digits = number.precision() - number.scale();
        return digits > -4 && digits < 9 ? number.toPlainString() : number.toString();
    }
}
