package dev.steppe.cli.report;

import java.awt.geom.Path2D;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Where numbers on a grid are at least as large as a level, as an area: marching squares (Lorensen and Cline 1987, in the plane), straight between neighbours. All
 * lines are closed, as outside of the grid nothing reaches a level.
 */
final class Contours {
    private final double[] x;
    private final double[] y;
    private final double[][] z;
    private final double level;
    /** From the edge at which a piece of a line begins to the one at which it ends; an edge is {@code 2 (row * width + column) + (upright ? 1 : 0)}. */
    private final Map<Integer, Integer> next = new HashMap<>();

    private Contours(double[] x, double[] y, double[][] z, double level) {
        this.x = x;
        this.y = y;
        this.z = z;
        this.level = level;
    }

    /**
     * The area at or above a level, to be filled by the even-odd rule, in the coordinates of the grid.
     *
     * @param x ascending
     * @param y ascending
     * @param z {@code [y][x]}; what is not a number counts as infinitely large
     */
    static Path2D above(double[] x, double[] y, double[][] z, double level) {
        Contours contours = new Contours(framed(x), framed(y), framed(z), level);
        for (int j = 0; j < contours.y.length - 1; j++) {
            for (int i = 0; i < contours.x.length - 1; i++) {
                contours.cell(i, j);
            }
        }
        return contours.lines();
    }

    /** The ends once more: cells of no width around the grid. */
    private static double[] framed(double[] ends) {
        double[] framed = new double[ends.length + 2];
        System.arraycopy(ends, 0, framed, 1, ends.length);
        framed[0] = ends[0];
        framed[ends.length + 1] = ends[ends.length - 1];
        return framed;
    }

    private static double[][] framed(double[][] z) {
        double[][] framed = new double[z.length + 2][z[0].length + 2];
        for (double[] row : framed) {
            Arrays.fill(row, Double.NEGATIVE_INFINITY);
        }
        for (int j = 0; j < z.length; j++) {
            for (int i = 0; i < z[j].length; i++) {
                framed[j + 1][i + 1] = Double.isNaN(z[j][i]) ? Double.POSITIVE_INFINITY : z[j][i];
            }
        }
        return framed;
    }

    /** Pieces of lines in one cell, with what is above on their left. */
    private void cell(int i, int j) {
        boolean a = z[j][i] >= level;
        boolean b = z[j][i + 1] >= level;
        boolean c = z[j + 1][i + 1] >= level;
        boolean d = z[j + 1][i] >= level;
        int low = edge(i, j, false);
        int right = edge(i + 1, j, true);
        int high = edge(i, j + 1, false);
        int left = edge(i, j, true);
        int number = (a ? 1 : 0) | (b ? 2 : 0) | (c ? 4 : 0) | (d ? 8 : 0);
        switch (number) {
            case 1 -> next.put(low, left);
            case 2 -> next.put(right, low);
            case 3 -> next.put(right, left);
            case 4 -> next.put(high, right);
            case 6 -> next.put(high, low);
            case 7 -> next.put(high, left);
            case 8 -> next.put(left, high);
            case 9 -> next.put(low, high);
            case 11 -> next.put(right, high);
            case 12 -> next.put(left, right);
            case 13 -> next.put(low, right);
            case 14 -> next.put(left, low);
            case 5, 10 -> saddle(number == 5, z[j][i] + z[j][i + 1] + z[j + 1][i + 1] + z[j + 1][i] >= 4 * level, low, right, high, left);
            default -> {
            }
        }
    }

    /** Two opposite corners are above; they are joined if the middle is, too. */
    private void saddle(boolean rising, boolean joined, int low, int right, int high, int left) {
        if (rising) {
            next.put(low, joined ? right : left);
            next.put(high, joined ? left : right);
        } else {
            next.put(right, joined ? high : low);
            next.put(left, joined ? low : high);
        }
    }

    private int edge(int i, int j, boolean upright) {
        return 2 * (j * x.length + i) + (upright ? 1 : 0);
    }

    private Path2D lines() {
        Path2D path = new Path2D.Double(Path2D.WIND_EVEN_ODD);
        while (!next.isEmpty()) {
            int first = next.keySet().iterator().next();
            point(path, first, true);
            for (Integer edge = next.remove(first); edge != null && edge != first; edge = next.remove(edge)) {
                point(path, edge, false);
            }
            path.closePath();
        }
        return path;
    }

    private void point(Path2D path, int edge, boolean first) {
        int i = edge / 2 % x.length;
        int j = edge / 2 / x.length;
        boolean upright = edge % 2 == 1;
        double z0 = z[j][i];
        double z1 = upright ? z[j + 1][i] : z[j][i + 1];
        double way = Double.isInfinite(z1 - z0) ? 0.5 : Math.clamp((level - z0) / (z1 - z0), 0, 1);
        double px = upright ? x[i] : x[i] + way * (x[i + 1] - x[i]);
        double py = upright ? y[j] + way * (y[j + 1] - y[j]) : y[j];
        if (first) {
            path.moveTo(px, py);
        } else {
            path.lineTo(px, py);
        }
    }
}
