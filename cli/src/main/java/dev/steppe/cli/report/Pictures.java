package dev.steppe.cli.report;

import dev.steppe.nn.AtomicFile;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;

/** What all pictures have in common. XChart draws them; lengths are in its units. */
public final class Pictures {
    /** Pixels per unit of length: pictures stay sharp on dense screens and in print. */
    static final int SCALE = 2;

    /** Of text and of the first line. */
    public static final Color INK = new Color(0x222222);
    /** Of training, where training and test stand beside each other. */
    public static final Color BLUE = new Color(0x0072B2);
    /** Of tests, or of the second of two lines. */
    public static final Color RED = new Color(0xD55E00);
    static final Color GRID = new Color(0xDDDDDD);
    /** The plot is painted after the axes, and at some sizes would hide the lower one. */
    static final Color NONE = new Color(255, 255, 255, 0);
    static final Color SOFT = new Color(0x9A9A9A);
    /** Can still be read when a picture 1200 wide is shown 800 wide. */
    private static final int TEXT_SIZE = 15;

    /** Colours that stay apart for colour-blind eyes and on white (Okabe and Ito 2008). */
    private static final Color[] COLORS = {INK, RED, BLUE, new Color(0x009E73),
        new Color(0xCC79A7), new Color(0xE69F00)};
    /** How many colours there are. */
    public static final int COLOR_COUNT = COLORS.length;

    /** A picture of some size, drawn with its upper left corner at the origin. */
    public interface Drawing {
        int width();

        int height();

        void draw(Graphics2D g);

        /** Whether it is painted in shades that mean something, and so needs white paper under it. */
        default boolean isShaded() {
            return false;
        }
    }

    private Pictures() {
    }

    /** The colour of the line with this number. */
    public static Color color(int number) {
        return COLORS[number % COLORS.length];
    }

    /** Writes text as outlines, as XChart does: it looks the same wherever the picture is shown. */
    static void write(Graphics2D g, String text, Font font, double x, double y) {
        g.fill(font.createGlyphVector(g.getFontRenderContext(), text).getOutline((float) x, (float) y));
    }

    /** A colour between others that are evenly apart: the first at 0, the last at 1. */
    static Color between(Color[] colors, double t) {
        double place = Math.clamp(t, 0, 1) * (colors.length - 1);
        int i = Math.min((int) place, colors.length - 2);
        float share = (float) (place - i);
        float[] a = colors[i].getRGBColorComponents(null);
        float[] b = colors[i + 1].getRGBColorComponents(null);
        return new Color(a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2]));
    }

    /** Gives a chart the look of all: dark text on white, the axes at the left and below, nothing else that is no number. */
    static void style(AxesChartStyler styler) {
        styler.setLocale(Locale.ROOT).setChartBackgroundColor(Color.WHITE).setPlotBackgroundColor(NONE).setPlotBorderVisible(false)
                .setChartFontColor(INK).setChartTitleFont(bold(18)).setChartTitleBoxVisible(false).setChartPadding(12)
                .setLegendFont(text(TEXT_SIZE)).setLegendBorderColor(Color.WHITE);
        styler.setAxisTitleFont(text(TEXT_SIZE)).setAxisTickLabelsFont(text(TEXT_SIZE)).setAxisTickLabelsColor(INK).setAxisTickPadding(7)
                .setYAxisLabelAlignment(TextAlignment.Right)
                .setAxisTickMarksColor(SOFT).setAxisTickMarksStroke(new BasicStroke(1)).setPlotMargin(0)
                .setPlotGridLinesColor(GRID).setPlotGridLinesStroke(new BasicStroke(1));
    }

    static Font text(int size) {
        return new Font(Font.SANS_SERIF, Font.PLAIN, size);
    }

    static Font bold(int size) {
        return new Font(Font.SANS_SERIF, Font.BOLD, size);
    }

    /** Draws on a white picture of its size. */
    public static BufferedImage paint(Drawing drawing) {
        return paint(drawing.width(), drawing.height(), drawing::draw);
    }

    /** Draws on a white picture. */
    static BufferedImage paint(int width, int height, Consumer<Graphics2D> drawing) {
        BufferedImage image = new BufferedImage(width * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.scale(SCALE, SCALE);
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, width, height);
        drawing.accept(g);
        g.dispose();
        return image;
    }

    /** Writes a picture as a PNG file, whole or not at all. */
    public static void write(BufferedImage picture, Path file) throws IOException {
        AtomicFile.write(file, to -> {
            if (!ImageIO.write(picture, "png", to)) {
                throw new IOException("this Java has no writer of PNG files");
            }
        });
    }
}
