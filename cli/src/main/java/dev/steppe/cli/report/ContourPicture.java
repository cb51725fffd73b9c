package dev.steppe.cli.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Numbers on a plane as areas between contours, the lowest ones lightest, and paths on them.
 *
 * @param xLabel name of the horizontal axis
 * @param yLabel name of the other one
 * @param zLabel name of the numbers
 * @param x coordinates, ascending
 * @param y coordinates, ascending
 * @param z {@code [y][x]}
 * @param paths lines on the plane
 * @param levels of the contours
 */
public record ContourPicture(String title, String xLabel, String yLabel, String zLabel, double[] x, double[] y, double[][] z,
        List<Path> paths, Levels levels)
        implements
            Pictures.Drawing {
    /**
     * A line on the plane: from a ring to a disk, with a dot for each of its places if these are few.
     *
     * @param name for the key
     */
    public record Path(String name, double[] x, double[] y) {
    }

    /** With contours at levels for these numbers. */
    public ContourPicture(String title, String xLabel, String yLabel, String zLabel, double[] x, double[] y, double[][] z,
            List<Path> paths) {
        this(title, xLabel, yLabel, zLabel, x, y, z, paths, Levels.of(z));
    }

    /** The same with other levels: what is compared has the same ones. */
    public ContourPicture levels(Levels levels) {
        return new ContourPicture(title, xLabel, yLabel, zLabel, x, y, z, paths, levels);
    }

    /** Evenly darker, to a blue on which dark lines can still be seen. */
    private static final Color[] SHADES = {new Color(0xFBFDFF), new Color(0xC6DBEF), new Color(0x6BAED6), new Color(0x3F83B8)};
    private static final Color LINES = new Color(0x7C9DBD);
    private static final int WIDTH = 640;
    private static final int HEIGHT = 560;
    private static final int KEY_LINE = 25;
    private static final int KEY_SAMPLE = 28;
    private static final int SCALE_WIDTH = 88;
    private static final int BAR = 18;
    private static final Font TEXT = Pictures.text(13);
    private static final float START = 5;
    private static final float DOT = 3;
    /** Of paths of so few places each is marked. */
    private static final int MOST_DOTS = 41;
    private static final BasicStroke PEN = new BasicStroke(1.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);

    @Override
    public boolean isShaded() {
        return true;
    }

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int height() {
        return HEIGHT + KEY_LINE * paths.size();
    }

    @Override
    public void draw(Graphics2D g) {
        XYChart chart = chart();
        // Drawn once to see where the plot will be.
        Pictures.paint(1, 1, blank -> chart.paint(blank, chart.getWidth(), chart.getHeight()));
        double left = chart.getScreenXFromChart(x[0]);
        double right = chart.getScreenXFromChart(x[x.length - 1]);
        double top = chart.getScreenYFromChart(y[y.length - 1]);
        double bottom = chart.getScreenYFromChart(y[0]);
        Rectangle2D plot = new Rectangle2D.Double(left, top, right - left, bottom - top);
        AffineTransform place = new AffineTransform(plot.getWidth() / (x[x.length - 1] - x[0]), 0, 0,
                -plot.getHeight() / (y[y.length - 1] - y[0]), 0, 0);
        place.preConcatenate(AffineTransform.getTranslateInstance(left - place.getScaleX() * x[0], bottom - place.getScaleY() * y[0]));
        areas(g, plot, place, levels);
        chart.paint(g, chart.getWidth(), chart.getHeight());
        g.setStroke(new BasicStroke(1));
        g.setColor(Pictures.SOFT);
        g.draw(plot);
        for (int i = 0; i < paths.size(); i++) {
            line(g, plot, place, i);
        }
        for (int i = 0; i < paths.size(); i++) {
            ends(g, plot, place, i);
        }
        scale(g, plot, levels);
        key(g, plot.getMinX());
    }

    private XYChart chart() {
        XYChart chart = new XYChart(WIDTH - SCALE_WIDTH, HEIGHT);
        chart.setTitle(title);
        chart.setXAxisTitle(xLabel);
        chart.setYAxisTitle(yLabel);
        Pictures.style(chart.getStyler());
        chart.getStyler().setChartBackgroundColor(Pictures.NONE).setLegendVisible(false).setPlotContentSize(1).setChartTitlePadding(14);
        chart.getStyler().setPlotGridLinesVisible(false).setXAxisMin(x[0]).setXAxisMax(x[x.length - 1]).setYAxisMin(y[0])
                .setYAxisMax(y[y.length - 1]).setXAxisTickMarkSpacingHint(70).setYAxisTickMarkSpacingHint(60)
                .setXAxisTickLabelsFormattingFunction(XyPlot::text).setYAxisTickLabelsFormattingFunction(XyPlot::text);
        // A chart has to have a series, and puts ticks at round numbers if its data do not lie evenly. The lines and their key are drawn here, as XChart would
        // shorten names and draw each piece of a line by itself.
        chart.addSeries("none", uneven(x), uneven(y)).setMarker(SeriesMarkers.NONE).setLineColor(Pictures.NONE);
        return chart;
    }

    private static double[] uneven(double[] axis) {
        double first = axis[0];
        double last = axis[axis.length - 1];
        return new double[] {first, first + 0.37 * (last - first), last};
    }

    private void areas(Graphics2D g, Rectangle2D plot, AffineTransform place, Levels levels) {
        Shape before = g.getClip();
        g.clip(plot);
        g.setColor(shade(0, levels));
        g.fill(plot);
        g.setStroke(new BasicStroke(0.7f));
        for (int k = 0; k < levels.values().size(); k++) {
            Path2D area = Contours.above(x, y, z, levels.values().get(k));
            area.transform(place);
            g.setColor(shade(k + 1, levels));
            g.fill(area);
            g.setColor(LINES);
            g.draw(area);
        }
        g.setClip(before);
    }

    private static Color shade(int k, Levels levels) {
        return shade(levels.values().isEmpty() ? 0 : (double) k / levels.values().size());
    }

    /** The shade of a height from 0 to 1. */
    static Color shade(double height) {
        return Pictures.between(SHADES, height);
    }

    private void key(Graphics2D g, double left) {
        for (int i = 0; i < paths.size(); i++) {
            double middle = HEIGHT + KEY_LINE * (i + 0.5) - 6;
            g.setColor(Pictures.color(i));
            g.setStroke(PEN);
            g.draw(new Line2D.Double(left, middle, left + KEY_SAMPLE, middle));
            g.fill(circle(left + KEY_SAMPLE, middle, START));
            g.setColor(Pictures.INK);
            Pictures.write(g, paths.get(i).name(), Pictures.text(15), left + KEY_SAMPLE + 14, middle + 5);
        }
    }

    private void line(Graphics2D g, Rectangle2D plot, AffineTransform place, int number) {
        Path path = paths.get(number);
        Path2D line = new Path2D.Double();
        line.moveTo(path.x()[0], path.y()[0]);
        for (int i = 1; i < path.x().length; i++) {
            line.lineTo(path.x()[i], path.y()[i]);
        }
        line.transform(place);
        Shape before = g.getClip();
        g.clip(plot);
        g.setColor(Pictures.color(number));
        g.setStroke(PEN);
        g.draw(line);
        if (path.x().length <= MOST_DOTS) {
            dots(g, path, place);
        }
        g.setClip(before);
    }

    private static void dots(Graphics2D g, Path path, AffineTransform place) {
        for (int i = 0; i < path.x().length; i++) {
            double[] at = {path.x()[i], path.y()[i]};
            place.transform(at, 0, at, 0, 1);
            g.fill(circle(at[0], at[1], DOT));
        }
    }

    private void ends(Graphics2D g, Rectangle2D plot, AffineTransform place, int number) {
        Path path = paths.get(number);
        double[] ends = {path.x()[0], path.y()[0], path.x()[path.x().length - 1], path.y()[path.y().length - 1]};
        place.transform(ends, 0, ends, 0, 2);
        if (plot.contains(ends[0], ends[1])) {
            g.setColor(Color.WHITE);
            g.fill(circle(ends[0], ends[1], START));
            g.setColor(Pictures.INK);
            g.setStroke(new BasicStroke(1.5f));
            g.draw(circle(ends[0], ends[1], START));
        }
        if (plot.contains(ends[2], ends[3])) {
            g.setColor(Color.WHITE);
            g.fill(circle(ends[2], ends[3], START + 1.5));
            g.setColor(Pictures.color(number));
            g.fill(circle(ends[2], ends[3], START));
        }
    }

    private static Ellipse2D circle(double x, double y, double radius) {
        return new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
    }

    /** The shades from below to above, with the levels between them. */
    private void scale(Graphics2D g, Rectangle2D plot, Levels levels) {
        int shades = levels.values().size() + 1;
        double height = plot.getHeight() / shades;
        double left = plot.getMaxX() + 12;
        for (int k = 0; k < shades; k++) {
            double low = plot.getMaxY() - (k + 1) * height;
            g.setColor(shade(k, levels));
            g.fill(new Rectangle2D.Double(left, low, BAR, height));
            if (k > 0) {
                g.setColor(Pictures.INK);
                Pictures.write(g, Levels.text(levels.values().get(k - 1)), TEXT, left + BAR + 6, low + height + 5);
            }
        }
        g.setColor(Pictures.SOFT);
        g.setStroke(new BasicStroke(1));
        g.draw(new Rectangle2D.Double(left, plot.getMinY(), BAR, plot.getHeight()));
        g.setColor(Pictures.INK);
        Pictures.write(g, zLabel, TEXT, left, plot.getMinY() - 9);
    }
}
