package dev.steppe.cli.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.HeatMapStyler;
import org.knowm.xchart.style.Styler.ChartTheme;

/**
 * A confusion matrix as a picture: a row for each true class, a column for each predicted one, cells shaded by the share of the row. Cells carry their
 * numbers as long as there is room for them; of many classes only every few are named.
 */
public final class ConfusionPicture {
    private static final int MATRIX = 640;
    private static final int LONGEST_NAME = 20;
    /** Cells from this size on carry numbers, and from that size on lines keep them apart. */
    private static final int NUMBERS = 24;
    private static final int LINES = 12;
    /** From almost white to a blue on which dark text can be read, evenly in lightness (from ColorBrewer's Blues). */
    private static final Color[] SHADES = {new Color(0xF7FBFF), new Color(0x9ECAE1), new Color(0x4292C6)};

    private final long[][] counts;
    private final List<String> names;
    private final int classes;
    private final int cell;

    /** @param counts {@code [true class][predicted class]} */
    public ConfusionPicture(long[][] counts, List<String> names) {
        this.counts = counts;
        this.names = names.stream().map(name -> name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME - 1) + "…" : name).toList();
        this.classes = names.size();
        this.cell = Math.max(6, MATRIX / classes);
    }

    /** The picture under a title. */
    public BufferedImage draw(String title) {
        return Pictures.paint(drawing(title, true));
    }

    /**
     * The same, to be drawn on anything.
     *
     * @param scale whether the scale of shades is drawn: as a gradient, of which Batik makes nothing
     */
    public Pictures.Drawing drawing(String title, boolean scale) {
        HeatMapChart chart = new HeatMapChart(2 * MATRIX, 2 * MATRIX, ChartTheme.XChart);
        chart.setTitle(title);
        chart.setXAxisTitle("predicted class (shade: share of the true class)");
        chart.setYAxisTitle("true class");
        style(chart.getStyler());
        chart.getStyler().setLegendVisible(scale);
        // Rows from below to above, as the axis goes.
        chart.addSeries("share", names, names.reversed(), shares());
        annotate(chart);
        // Drawn once to see how much room the texts around the matrix take, then so that its cells are squares.
        Pictures.paint(1, 1, g -> chart.paint(g, chart.getWidth(), chart.getHeight()));
        double right = chart.getScreenXFromChart(classes - 0.5) - chart.getScreenXFromChart(-0.5);
        double down = chart.getScreenYFromChart(-0.5) - chart.getScreenYFromChart(classes - 0.5);
        int width = chart.getWidth() + cell * classes - (int) right;
        int height = chart.getHeight() + cell * classes - (int) down;
        return new Drawing(chart, width, height);
    }

    private record Drawing(HeatMapChart chart, int width, int height) implements Pictures.Drawing {
        @Override
        public void draw(Graphics2D g) {
            chart.paint(g, width, height);
        }

        @Override
        public boolean isShaded() {
            return true;
        }
    }

    private void style(HeatMapStyler styler) {
        Pictures.style(styler);
        styler.setMin(0).setMax(1).setRangeColors(SHADES).setGradientColorColumnHeight(cell * classes / 2).setGradientColorColumnWeight(16);
        styler.setChartTitlePadding(14).setPlotContentSize(1);
        styler.setAxisTicksMarksVisible(false).setAxisTicksLineVisible(false).setPlotGridLinesVisible(false);
        styler.setXAxisLabelRotation(90).setXAxisTickMarkSpacingHint(16);
        styler.setXAxisLabelAlignmentVertical(TextAlignment.Right);
        // The places of annotations: cell i goes from i - 0.5 to i + 0.5.
        styler.setXAxisMin(-0.5).setXAxisMax(classes - 0.5).setYAxisMin(-0.5).setYAxisMax(classes - 0.5);
        styler.setAnnotationLineColor(Pictures.GRID).setAnnotationLineStroke(new BasicStroke(1)).setAnnotationTextFontColor(Pictures.INK)
                .setAnnotationTextFont(Pictures.text(numberSize()));
    }

    /** The size at which the longest count fills at most its cell; a digit is less than 0.64 as wide as high in all common fonts. */
    private int numberSize() {
        long most = Arrays.stream(counts).flatMapToLong(Arrays::stream).max().orElse(0);
        return Math.clamp((int) (0.9 * cell / (0.64 * Long.toString(most).length())), 7, 16);
    }

    private List<Number[]> shares() {
        List<Number[]> shares = new ArrayList<>();
        for (int row = 0; row < classes; row++) {
            long sum = Arrays.stream(counts[row]).sum();
            for (int column = 0; column < classes; column++) {
                shares.add(new Number[] {column, classes - 1 - row, sum == 0 ? 0 : (double) counts[row][column] / sum});
            }
        }
        return shares;
    }

    private void annotate(HeatMapChart chart) {
        for (int i = 0; i <= classes && cell >= LINES; i++) {
            chart.addAnnotation(new AnnotationLine(i - 0.5, true, false));
            chart.addAnnotation(new AnnotationLine(i - 0.5, false, false));
        }
        for (int row = 0; row < classes && cell >= NUMBERS; row++) {
            for (int column = 0; column < classes; column++) {
                if (counts[row][column] > 0) {
                    chart.addAnnotation(new AnnotationText(Long.toString(counts[row][column]), column, classes - 1 - row, false));
                }
            }
        }
    }
}
