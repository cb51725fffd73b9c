package dev.steppe.cli.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Numbers on a plane as a surface, seen from above at a slant; heights in ratio where {@link Levels} are. From behind to the front, so that what is nearer covers
 * what is not.
 *
 * @param xLabel name of the axis that goes to the right
 * @param yLabel name of the axis that goes to the back
 * @param zLabel name of the numbers
 * @param z {@code [y][x]}
 */
public record SurfacePicture(String title, String xLabel, String yLabel, String zLabel, double[] x, double[] y, double[][] z)
        implements
            Pictures.Drawing {
    private static final int WIDTH = 580;
    private static final int HEIGHT = 560;
    private static final double TURN = Math.toRadians(35);
    private static final double TILT = Math.toRadians(40);
    private static final double SIZE = 240;
    private static final double TALL = 165;
    private static final double MIDDLE = 300;
    private static final double GROUND = 362;
    private static final Font TEXT = Pictures.text(14);
    private static final Font SMALL = Pictures.text(12);
    private static final Color MESH = new Color(0x5F83A6);

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int height() {
        return HEIGHT;
    }

    @Override
    public boolean isShaded() {
        return true;
    }

    @Override
    public void draw(Graphics2D g) {
        Scale scale = Scale.of(z);
        g.setColor(Pictures.INK);
        Font bold = Pictures.bold(16);
        Pictures.write(g, title, bold, (WIDTH - bold.getStringBounds(title, g.getFontRenderContext()).getWidth()) / 2, 26);
        frame(g, scale);
        List<Cell> cells = new ArrayList<>();
        for (int j = 0; j < y.length - 1; j++) {
            for (int i = 0; i < x.length - 1; i++) {
                cells.add(new Cell(i, j, depth(share(x, i) + share(x, i + 1) - 1, share(y, j) + share(y, j + 1) - 1)));
            }
        }
        cells.sort(Comparator.comparingDouble(Cell::depth).reversed());
        g.setStroke(new BasicStroke(0.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        cells.forEach(cell -> draw(g, scale, cell));
    }

    /** @param depth how far from the eye */
    private record Cell(int i, int j, double depth) {
    }

    /** How numbers become heights from 0 to 1. */
    private record Scale(double low, double high, boolean ratios, List<Double> ticks) {
        static Scale of(double[][] z) {
            double[] finite = Arrays.stream(z).flatMapToDouble(Arrays::stream).filter(Double::isFinite).toArray();
            double low = Arrays.stream(finite).min().orElse(0);
            double high = Arrays.stream(finite).max().orElse(1);
            List<Double> levels = Levels.of(z).values();
            boolean ratios = Levels.areRatios(low, high);
            return new Scale(ratios ? Levels.floor(low, high) : low, high, ratios, levels);
        }

        double of(double value) {
            if (high == low || value == high || Double.isNaN(value)) { return high == low ? 0 : 1; }
            double t = ratios ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low);
            return Math.clamp(t, 0, 1);
        }
    }

    private void draw(Graphics2D g, Scale scale, Cell cell) {
        double[] heights = {height(scale, cell.i, cell.j), height(scale, cell.i + 1, cell.j), height(scale, cell.i + 1, cell.j + 1),
            height(scale, cell.i, cell.j + 1)};
        Path2D quad = new Path2D.Double();
        for (int corner = 0; corner < 4; corner++) {
            int i = cell.i + (corner == 1 || corner == 2 ? 1 : 0);
            int j = cell.j + (corner >= 2 ? 1 : 0);
            Point2D p = place(2 * share(x, i) - 1, 2 * share(y, j) - 1, heights[corner]);
            if (corner == 0) {
                quad.moveTo(p.getX(), p.getY());
            } else {
                quad.lineTo(p.getX(), p.getY());
            }
        }
        quad.closePath();
        g.setColor(ContourPicture.shade(Arrays.stream(heights).average().orElse(0)));
        g.fill(quad);
        g.setColor(MESH);
        g.draw(quad);
    }

    private double height(Scale scale, int i, int j) {
        return scale.of(z[j][i]);
    }

    private static double share(double[] axis, int i) {
        return (axis[i] - axis[0]) / (axis[axis.length - 1] - axis[0]);
    }

    /** Where a point of the box from -1 to 1 and 0 to 1 is on paper. */
    private static Point2D place(double px, double py, double pz) {
        double right = px * Math.cos(TURN) - py * Math.sin(TURN);
        return new Point2D.Double(MIDDLE + SIZE / Math.sqrt(2) * right,
                GROUND - SIZE / Math.sqrt(2) * Math.sin(TILT) * depth(px, py) - TALL * pz);
    }

    private static double depth(double px, double py) {
        return px * Math.sin(TURN) + py * Math.cos(TURN);
    }

    /** The ground, the names of the axes and their ends, and the heights at the left. */
    private void frame(Graphics2D g, Scale scale) {
        g.setStroke(new BasicStroke(1));
        g.setColor(Pictures.SOFT);
        double[][] corners = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}};
        for (int k = 0; k < 4; k++) {
            line(g, place(corners[k][0], corners[k][1], 0), place(corners[(k + 1) % 4][0], corners[(k + 1) % 4][1], 0));
        }
        line(g, place(-1, 1, 0), place(-1, 1, 1));
        g.setColor(Pictures.GRID);
        for (double tick : scale.ticks) {
            Point2D corner = place(-1, 1, scale.of(tick));
            line(g, corner, place(1, 1, scale.of(tick)));
        }
        g.setColor(Pictures.INK);
        double before = Double.NaN;
        for (double tick : scale.ticks) {
            Point2D corner = place(-1, 1, scale.of(tick));
            if (!(Math.abs(before - corner.getY()) < 15)) {
                right(g, Levels.text(tick), SMALL, corner.getX() - 7, corner.getY() + 4);
                before = corner.getY();
            }
        }
        right(g, zLabel, TEXT, place(-1, 1, 1).getX() + 18, place(-1, 1, 1).getY() - 12);
        // In front, where the surface never hides them.
        Pictures.write(g, XyPlot.text(x[0]), SMALL, place(-1, -1, 0).getX() + 8, place(-1, -1, 0).getY() + 14);
        Pictures.write(g, XyPlot.text(x[x.length - 1]), SMALL, place(1, -1, 0).getX() + 6, place(1, -1, 0).getY() + 12);
        Pictures.write(g, xLabel, TEXT, place(0, -1, 0).getX() + 16, place(0, -1, 0).getY() + 24);
        right(g, XyPlot.text(y[0]), SMALL, place(-1, -1, 0).getX() - 8, place(-1, -1, 0).getY() + 14);
        right(g, XyPlot.text(y[y.length - 1]), SMALL, place(-1, 1, 0).getX() + 4, place(-1, 1, 0).getY() + 22);
        right(g, yLabel, TEXT, place(-1, 0, 0).getX() - 14, place(-1, 0, 0).getY() + 18);
    }

    private static void right(Graphics2D g, String text, Font font, double x, double y) {
        Pictures.write(g, text, font, x - font.getStringBounds(text, g.getFontRenderContext()).getWidth(), y);
    }

    private static void line(Graphics2D g, Point2D from, Point2D to) {
        g.draw(new Line2D.Double(from, to));
    }
}
