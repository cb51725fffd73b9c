package dev.steppe.cli.report;

import dev.steppe.kernels.MachinePeak;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Measurements under the two roofs of a machine (Williams, Waterman and Patterson, CACM 52(4), 2009). Work is counted by its definition, so an algorithm that
 * needs less can lie above the roof.
 */
public final class RooflinePicture {
    /** What was measured of one algorithm. */
    public record Work(String name, double[] flopsPerByte, double[] gflops) {
    }

    private static final int WIDTH = 900;
    private static final int HEIGHT = 560;
    private static final int ROOF_POINTS = 200;
    private static final double LEAST_INTENSITY = 0.5;
    private static final double MOST_INTENSITY = 1024;
    private static final Color ROOF = new Color(0x555555);
    /** Okabe and Ito (2008). */
    private static final List<Color> COLORS = List.of(new Color(0x0072B2), new Color(0xD55E00), new Color(0x009E73));
    private static final List<Marker> MARKERS = List.of(SeriesMarkers.CIRCLE, SeriesMarkers.DIAMOND, SeriesMarkers.SQUARE);

    private final MachinePeak peak;
    private final List<Work> works;

    /** @param works three at most */
    public RooflinePicture(MachinePeak peak, List<Work> works) {
        this.peak = peak;
        this.works = works;
    }

    /** The picture under a title. */
    public BufferedImage draw(String title) {
        XYChart chart = new XYChart(WIDTH, HEIGHT);
        chart.setTitle(title);
        chart.setXAxisTitle("operations per byte of inputs and outputs (FLOP/byte)");
        chart.setYAxisTitle("GFLOP/s by definition");
        Pictures.style(chart.getStyler());
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true).setXAxisMin(LEAST_INTENSITY).setXAxisMax(MOST_INTENSITY)
                .setYAxisMin(floor()).setYAxisMax(ceiling()).setLegendPosition(LegendPosition.InsideSE);
        chart.getStyler().setMarkerSize(9);
        roof(chart);
        for (int i = 0; i < works.size(); i++) {
            Work work = works.get(i);
            XYSeries series = chart.addSeries(work.name(), work.flopsPerByte(), work.gflops());
            series.setMarker(MARKERS.get(i)).setMarkerColor(COLORS.get(i)).setLineColor(new Color(0, true))
                    .setLineStyle(new BasicStroke(0));
        }
        return Pictures.paint(WIDTH, HEIGHT, g -> chart.paint(g, WIDTH, HEIGHT));
    }

    private void roof(XYChart chart) {
        double[] x = new double[ROOF_POINTS];
        double[] y = new double[ROOF_POINTS];
        for (int i = 0; i < ROOF_POINTS; i++) {
            x[i] = LEAST_INTENSITY * Math.pow(MOST_INTENSITY / LEAST_INTENSITY, (double) i / (ROOF_POINTS - 1));
            y[i] = Math.min(peak.gflops(), x[i] * peak.gigabytesPerSecond());
        }
        String name = Math.round(peak.gflops()) + " GFLOP/s, " + Math.round(peak.gigabytesPerSecond()) + " GB/s (measured)";
        chart.addSeries(name, x, y).setMarker(SeriesMarkers.NONE).setLineColor(ROOF).setLineStyle(new BasicStroke(2));
    }

    private double floor() {
        double least = works.stream().flatMapToDouble(work -> Arrays.stream(work.gflops())).min().orElse(peak.gflops());
        return Math.pow(10, Math.floor(Math.log10(Math.min(least, LEAST_INTENSITY * peak.gigabytesPerSecond()))));
    }

    private double ceiling() {
        double most = works.stream().flatMapToDouble(work -> Arrays.stream(work.gflops())).max().orElse(0);
        return Math.pow(10, Math.ceil(Math.log10(Math.max(most, peak.gflops()))));
    }
}
