package dev.steppe.cli;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * A confusion matrix as a picture: a row for each true class, a column for each predicted one, cells shaded by the share of the row. Cells carry their
 * numbers as long as there is room for them; of many classes only every few are named.
 */
final class ConfusionPicture {
    private static final int MARGIN = 28;
    private static final int GAP = 10;
    private static final int BAR = 16;
    private static final int MATRIX = 620;
    /** From almost white to dark blue, evenly in lightness (the ends of ColorBrewer's Blues). */
    private static final Color LIGHT = new Color(0xF7FBFF);
    private static final Color MIDDLE = new Color(0x6BAED6);
    private static final Color DARK = new Color(0x08306B);

    private final long[][] counts;
    private final List<String> names;
    private final int classes;
    private final int cell;
    private final Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

    /** @param counts {@code [true class][predicted class]} */
    ConfusionPicture(long[][] counts, List<String> names) {
        this.counts = counts;
        this.names = names;
        this.classes = names.size();
        this.cell = Math.clamp(MATRIX / classes, 6, 110);
    }

    /** The picture under a title. */
    BufferedImage draw(String title) {
        int label = longestName();
        int side = cell * classes;
        int left = MARGIN + 22 + label + GAP;
        int top = MARGIN + 34;
        int width = left + side + 3 * GAP + BAR + 60 + MARGIN;
        int height = top + side + GAP + label + 30 + MARGIN;
        BufferedImage image = Pictures.blank(width, height);
        Graphics2D g = Pictures.graphics(image);
        g.setFont(font.deriveFont(Font.BOLD, 17f));
        g.setColor(Pictures.INK);
        Pictures.centre(g, title, left + side / 2.0, MARGIN + 6);
        g.setFont(font);
        g.translate(left, top);
        cells(g);
        names(g, side);
        bar(g, side + 3 * GAP, side);
        g.setFont(font.deriveFont(Font.BOLD));
        Pictures.centre(g, "predicted class", side / 2.0, side + GAP + label + 24);
        Pictures.upright(g, "true class", -left + MARGIN + 12, side / 2.0);
        g.dispose();
        return image;
    }

    private void cells(Graphics2D g) {
        boolean numbers = cell >= 24;
        for (int row = 0; row < classes; row++) {
            long sum = 0;
            for (long n : counts[row]) {
                sum += n;
            }
            for (int column = 0; column < classes; column++) {
                double share = sum == 0 ? 0 : (double) counts[row][column] / sum;
                g.setColor(shade(share));
                g.fillRect(column * cell, row * cell, cell, cell);
                if (numbers && counts[row][column] > 0) {
                    g.setColor(share > 0.45 ? Color.WHITE : Pictures.INK);
                    g.setFont(font.deriveFont(row == column ? Font.BOLD : Font.PLAIN, fit(g, counts[row][column])));
                    Pictures.centre(g, Long.toString(counts[row][column]), (column + 0.5) * cell, (row + 0.5) * cell);
                }
            }
        }
        g.setFont(font);
        g.setColor(Pictures.GRID);
        for (int i = 0; i <= classes && cell >= 12; i++) {
            g.drawLine(0, i * cell, classes * cell, i * cell);
            g.drawLine(i * cell, 0, i * cell, classes * cell);
        }
        g.setColor(Pictures.SOFT);
        g.drawRect(0, 0, classes * cell, classes * cell);
    }

    /** The size at which a count fills at most four fifths of its cell. */
    private float fit(Graphics2D g, long count) {
        double width = g.getFontMetrics(font).stringWidth(Long.toString(count));
        return (float) Math.clamp(font.getSize() * 0.8 * cell / width, 7, Math.max(7, Math.min(15, cell / 2.6)));
    }

    private void names(Graphics2D g, int side) {
        FontMetrics metrics = g.getFontMetrics();
        int every = Math.ceilDiv(metrics.getHeight(), cell);
        g.setColor(Pictures.INK);
        for (int i = 0; i < classes; i += every) {
            String name = Pictures.shorten(names.get(i), metrics, 150);
            Pictures.right(g, name, -GAP, (i + 0.5) * cell);
            Pictures.upright(g, name, (i + 0.5) * cell, side + GAP + metrics.stringWidth(name) / 2.0);
        }
    }

    private void bar(Graphics2D g, int x, int side) {
        for (int y = 0; y < side; y++) {
            g.setColor(shade(1 - (y + 0.5) / side));
            g.fillRect(x, y, BAR, 1);
        }
        g.setColor(Pictures.SOFT);
        g.drawRect(x, 0, BAR, side);
        g.setColor(Pictures.INK);
        for (int percent = 0; percent <= 100; percent += 25) {
            Pictures.right(g, percent + " %", x + BAR + 46, side * (1 - percent / 100.0));
        }
        Pictures.upright(g, "share of the true class", x + BAR + 60, side / 2.0);
    }

    private int longestName() {
        BufferedImage scratch = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = scratch.createGraphics();
        FontMetrics metrics = g.getFontMetrics(font);
        int longest = 0;
        for (String name : names) {
            longest = Math.max(longest, metrics.stringWidth(Pictures.shorten(name, metrics, 150)));
        }
        g.dispose();
        return longest;
    }

    private static Color shade(double share) {
        return share < 0.5 ? mix(LIGHT, MIDDLE, share * 2) : mix(MIDDLE, DARK, share * 2 - 1);
    }

    private static Color mix(Color a, Color b, double t) {
        return new Color((int) Math.round(a.getRed() + t * (b.getRed() - a.getRed())),
                (int) Math.round(a.getGreen() + t * (b.getGreen() - a.getGreen())),
                (int) Math.round(a.getBlue() + t * (b.getBlue() - a.getBlue())));
    }
}
