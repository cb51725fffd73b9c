package dev.steppe.cli;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Some numbers over the epochs 1, 2, ..
 *
 * @param heading what is shown
 * @param unit of the numbers
 * @param lines one for each kind of numbers
 */
record LinePlot(String heading, String unit, List<Line> lines) implements Pictures.Drawing {
    /**
     * A line.
     *
     * @param name with letters as high and as deep as those of the others: XChart centres the names in the key, whatever their base line
     * @param values one for each epoch; NaN where there is none
     */
    record Line(String name, Color color, double... values) {
    }

    static final int WIDTH = 400;
    static final int HEIGHT = 390;

    private static final int HEAD = 26;
    private static final int MOST_MARKERS = 40;
    /** So many epochs can all have a tick. */
    private static final int MOST_TICKS = 12;
    private static final BasicStroke STROKE = new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int height() {
        return HEIGHT;
    }

    @Override
    public void draw(Graphics2D g) {
        XYChart chart = new XYChart(WIDTH, HEIGHT - HEAD);
        chart.setXAxisTitle("epoch");
        chart.setYAxisTitle(unit);
        style(chart.getStyler());
        double scale = scale();
        ranges(chart.getStyler(), scale);
        double[] x = IntStream.rangeClosed(1, epochs()).asDoubleStream().toArray();
        for (Line line : lines) {
            double[] y = Arrays.stream(line.values()).map(value -> Double.isFinite(value) ? value / scale : Double.NaN).toArray();
            XYSeries series = chart.addSeries(line.name(), x, y);
            series.setMarker(epochs() <= MOST_MARKERS ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE).setMarkerColor(line.color())
                    .setLineColor(line.color()).setLineStyle(STROKE);
        }
        g.translate(0, HEAD);
        chart.paint(g, WIDTH, HEIGHT - HEAD);
        g.translate(0, -HEAD);
        g.setColor(Pictures.INK);
        Pictures.write(g, heading, Pictures.bold(16), chart.getYAxisLeftWidth(), HEAD);
    }

    private static void style(XYStyler styler) {
        Pictures.style(styler);
        styler.setPlotGridVerticalLinesVisible(false).setXAxisTickMarkSpacingHint(60).setYAxisTickMarkSpacingHint(50).setMarkerSize(7);
        styler.setLegendPosition(LegendPosition.OutsideS).setLegendLayout(LegendLayout.Horizontal).setLegendPadding(18);
    }

    private int epochs() {
        return lines.getFirst().values().length;
    }

    private double[] finite() {
        return lines.stream().flatMapToDouble(line -> Arrays.stream(line.values())).filter(Double::isFinite).toArray();
    }

    /** The power of ten in which the numbers are plotted: XChart would never end where its ticks have to be closer than 1e-10. */
    private double scale() {
        double most = Arrays.stream(finite()).map(Math::abs).max().orElse(0);
        return most < Double.MIN_NORMAL ? 1 : Math.pow(10, Math.floor(Math.log10(most)));
    }

    /**
     * The ends of both axes, and with them the ticks: XChart puts these at data, 1, 8, 15, .. or 57.5736, if data and ends lie evenly, and at round numbers
     * otherwise.
     */
    private void ranges(XYStyler styler, double scale) {
        double low = Arrays.stream(finite()).min().orElse(0) / scale;
        double high = Arrays.stream(finite()).max().orElse(1) / scale;
        double margin = high - low > 1e-6 ? 0.01 * (high - low) : 0.1;
        styler.setYAxisMin(low - margin).setYAxisMax(high + margin).setYAxisTickLabelsFormattingFunction(tick -> text(tick * scale));
        if (epochs() > MOST_TICKS) {
            styler.setXAxisMin(0.5);
        }
    }

    /** A tick's number in as few digits as it needs: XChart would never end where all its labels have more than 20 characters. */
    private static String text(double tick) {
        BigDecimal number = new BigDecimal(tick).round(new MathContext(6)).stripTrailingZeros();
        int digits = number.precision() - number.scale();
        return digits > -4 && digits < 9 ? number.toPlainString() : number.toString();
    }
}
