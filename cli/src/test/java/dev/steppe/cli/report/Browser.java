package dev.steppe.cli.report;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real browser without a window, if the machine has one: Debian's package chromium. */
record Browser(Path program) {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final int MOST_SECONDS = 60;

    /** What a page says of itself when it has been drawn, as attributes of its body. */
    private static final String LOOK = """
            <script>
            const svgs = [...document.querySelectorAll("figure svg")];
            const drawn = svgs.filter((svg) => svg.getBBox().width > 50 && svg.getBBox().height > 50 && svg.getBoundingClientRect().height > 50);
            document.body.dataset.pictures = svgs.length;
            document.body.dataset.drawn = drawn.length;
            document.body.dataset.overflow = document.documentElement.scrollWidth - innerWidth;
            document.body.dataset.paper = getComputedStyle(document.documentElement).backgroundColor;
            const heads = document.querySelectorAll("table.sortable th");
            heads.forEach((head) => { head.click(); head.click(); });
            document.body.dataset.sorted = heads.length > 0 && heads[0].getAttribute("aria-sort") === null
                ? document.querySelectorAll("[aria-sort=descending]").length : -1;
            document.body.dataset.dead = [...document.querySelectorAll("a[href^='#']")]
                .filter((a) => document.getElementById(decodeURIComponent(a.hash.slice(1))) === null).length;
            location.hash = document.querySelector("a[href^='#']").hash;
            setTimeout(() => { document.body.dataset.open = document.getElementById("json").open; }, 0);
            </script></body>""";

    /** The browser of this machine; null if there is none. */
    static Browser find() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator)).map(Path::of)
                .flatMap(folder -> NAMES.stream().map(folder::resolve)).filter(Files::isExecutable).findFirst().map(Browser::new)
                .orElse(null);
    }

    /**
     * What a look at a page gave.
     *
     * @param body the start of its body's element: what {@code LOOK} found
     * @param console what was written to the console
     */
    record Look(String body, List<String> console) {
        String get(String attribute) {
            int from = body.indexOf("data-" + attribute + "=\"") + attribute.length() + 7;
            return body.substring(from, body.indexOf('"', from));
        }
    }

    /** Opens a page at some width and looks at it. */
    Look look(Path page, int width, boolean dark) throws IOException, InterruptedException {
        Path folder = page.toAbsolutePath().getParent();
        Path copy = Files.writeString(folder.resolve("looked-at.html"), Files.readString(page).replace("</body>", LOOK));
        Path dom = folder.resolve("dom.html");
        Path log = folder.resolve("browser.log");
        Process process = new ProcessBuilder(program.toString(), "--headless=new", "--no-sandbox", "--disable-gpu",
                "--enable-logging=stderr",
                "--user-data-dir=" + folder.resolve("profile"), "--window-size=" + width + ",2000",
                "--blink-settings=preferredColorScheme=" + (dark ? 0 : 1), "--virtual-time-budget=2000", "--dump-dom",
                copy.toUri().toString()).redirectOutput(dom.toFile()).redirectError(log.toFile()).start();
        if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("the browser did not end: " + Files.readString(log));
        }
        String html = Files.readString(dom);
        int body = html.indexOf("<body");
        return new Look(html.substring(body, html.indexOf('>', body)),
                Files.readAllLines(log, StandardCharsets.UTF_8).stream().filter(line -> line.contains("CONSOLE")).toList());
    }
}
