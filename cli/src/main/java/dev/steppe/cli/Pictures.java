package dev.steppe.cli;

import java.awt.Color;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/** What all pictures have in common. */
final class Pictures {
    /** Pixels per unit of length: figures stay sharp on dense screens and in print. */
    static final int SCALE = 2;

    static final Color INK = new Color(0x222222);
    static final Color SOFT = new Color(0x9A9A9A);
    static final Color GRID = new Color(0xE3E3E3);

    private Pictures() {
    }

    /** A white picture of so many units. */
    static BufferedImage blank(int width, int height) {
        BufferedImage image = new BufferedImage(width * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = graphics(image);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, width, height);
        g.dispose();
        return image;
    }

    /** Draws on a picture, in units. */
    static Graphics2D graphics(BufferedImage image) {
        Graphics2D g = image.createGraphics();
        g.scale(SCALE, SCALE);
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        return g;
    }

    /** Text with its middle at a place. */
    static void centre(Graphics2D g, String text, double x, double y) {
        FontMetrics metrics = g.getFontMetrics();
        g.drawString(text, (float) (x - metrics.stringWidth(text) / 2.0), (float) (y + middle(metrics)));
    }

    /** Text that ends at x, its middle at y. */
    static void right(Graphics2D g, String text, double x, double y) {
        FontMetrics metrics = g.getFontMetrics();
        g.drawString(text, (float) (x - metrics.stringWidth(text)), (float) (y + middle(metrics)));
    }

    /** Text that reads from below to above, with its middle at a place. */
    static void upright(Graphics2D g, String text, double x, double y) {
        Graphics2D turned = (Graphics2D) g.create();
        turned.translate(x, y);
        turned.rotate(-Math.PI / 2);
        centre(turned, text, 0, 0);
        turned.dispose();
    }

    /** How far the base line lies below the middle of digits and capitals. */
    private static double middle(FontMetrics metrics) {
        return metrics.getAscent() / 2.0 - 1;
    }

    /** A text with its end cut off if it would be wider than that. */
    static String shorten(String text, FontMetrics metrics, int width) {
        String shown = text;
        while (metrics.stringWidth(shown) > width && shown.length() > 2) {
            shown = shown.substring(0, shown.length() - 2) + "…";
        }
        return shown;
    }
}
