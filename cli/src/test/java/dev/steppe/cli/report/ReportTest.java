package dev.steppe.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.train.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Pages stand for themselves, link each number to its place, and look right in a browser. */
public class ReportTest {
    public static List<String> all(String text, String regex) {
        List<String> found = new ArrayList<>();
        for (Matcher m = Pattern.compile(regex).matcher(text); m.find();) {
            found.add(m.group(1));
        }
        return found;
    }

    /** What holds for every page. */
    public static void assertWhole(String html) {
        List<String> ids = all(html, " id=\"([^\"]*)\"");
        Set<String> different = new HashSet<>(ids);
        assertEquals(ids.size(), different.size(), "ids are there once");
        List<String> links = all(html, "href=\"#([^\"]*)\"");
        assertTrue(links.size() > 10 && different.containsAll(links), "every number leads somewhere");
        String page = html.replaceAll("http://www.w3.org/\\d{4}/(svg|xlink)", "");
        assertFalse(page.contains("http:") || page.contains("https:") || page.contains("src="), "nothing is loaded");
        assertEquals(all(html, "(<svg)").size(), all(html, "(role=\"img\" aria-label=\"[^\"]{10,}\")").size(), "who cannot see is told");
    }

    /** What holds for every page in a browser. */
    public static void assertLooksRight(Path page) throws IOException, InterruptedException {
        Browser browser = Browser.find();
        assumeTrue(browser != null, "no browser here");
        for (int width : new int[] {500, 1280}) {
            boolean dark = width == 500;
            Browser.Look look = browser.look(page, width, dark);
            assertEquals(List.of(), look.console(), "at width " + width);
            assertTrue(Integer.parseInt(look.get("pictures")) > 0, look.body());
            assertEquals(look.get("pictures"), look.get("drawn"), look.body());
            assertTrue(Integer.parseInt(look.get("overflow")) <= 0, "nothing is wider than the page: " + look.body());
            assertEquals(dark ? "rgb(21, 24, 28)" : "rgb(255, 255, 255)", look.get("paper"));
            assertTrue(Integer.parseInt(look.get("sorted")) > 0, look.body());
            assertEquals("0", look.get("dead"), look.body());
            assertEquals("true", look.get("open"), "a link opens the JSON: " + look.body());
        }
    }

    @Test
    void textStaysText() {
        String evil = "</script><img src=x onerror=alert(1)>\"'&\u0007";
        String html = new Report(evil, evil).section(evil).paragraph(evil).command(evil)
                .table(List.of(evil), List.of(Report.row(Report.Cell.of(evil))))
                .picture(new LinePlot("heading", "unit", List.of(new LinePlot.Line("line", Pictures.BLUE, 1, 2))), evil)
                .json(evil, Map.of(evil, List.of(evil))).html();
        assertFalse(html.contains("<img") || html.contains("\u0007"));
        assertEquals(1, all(html, "(</script>)").size());
    }

    @Test
    void jsonIsWhatItWasAndHasAPlaceForEachValue() throws IOException {
        Map<String, Object> inner = new LinkedHashMap<>();
        inner.put("a/b~c", 1.5e-7);
        inner.put("text", "q\"uote \\ <b>");
        inner.put("none", null);
        inner.put("nan", Double.NaN);
        inner.put("flags", List.of(true, false));
        inner.put("numbers", new double[] {1, 2.5});
        inner.put("empty", Map.of());
        String html = Html.json(Map.of("x", inner));
        assertTrue(html.contains("<span id=\"/x/a~1b~0c\">1.5E-7</span>"), html);
        assertTrue(html.contains("<span id=\"/x/flags/1\">false</span>"), html);
        assertTrue(html.contains("<span id=\"/x/numbers\">[1.0, 2.5]</span>"), html);
        String plain = html.replaceAll("<[^>]*>", "").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;",
                "&");
        Map<String, Object> back = Json.read("page", plain);
        Map<String, Object> expected = Json.read("file", Json.write(Map.of("x", inner)));
        assertEquals(expected, back);
    }
}
