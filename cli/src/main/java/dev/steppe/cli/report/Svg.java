package dev.steppe.cli.report;

import java.awt.Dimension;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGIDGenerator;
import org.w3c.dom.Document;

/** Pictures as SVG, by Batik. */
public final class Svg {
    private static final String NAMESPACE = "http://www.w3.org/2000/svg";

    /** Pixels are small enough. */
    private static final int DECIMALS = 2;

    private Svg() {
    }

    /**
     * A picture as an {@code svg} element that can stand in a page.
     *
     * @param id begins the names of its parts; one of its own for each picture of a page
     */
    public static String of(Pictures.Drawing drawing, String id) {
        SVGGeneratorContext context = SVGGeneratorContext.createDefault(document());
        context.setComment(null);
        context.setPrecision(DECIMALS);
        context.setIDGenerator(new SVGIDGenerator() {
            private int last;

            @Override
            public String generateID(String prefix) {
                return id + "-" + prefix + ++last;
            }
        });
        SVGGraphics2D g = new SVGGraphics2D(context, false);
        g.setSVGCanvasSize(new Dimension(drawing.width(), drawing.height()));
        drawing.draw(g);
        StringWriter out = new StringWriter();
        try {
            g.stream(out, true);
        } catch (IOException e) {
            throw new UncheckedIOException("writing text to memory", e);
        }
        String svg = out.toString();
        // Batik begins each picture with an empty element of one and the same name, which a page must not have twice.
        return svg.substring(svg.indexOf("<svg")).replaceFirst("<defs id=\"genericDefs\"\\s*/>", "");
    }

    private static Document document() {
        try {
            return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().getDOMImplementation().createDocument(NAMESPACE, "svg",
                    null);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("Java's own XML", e);
        }
    }
}
