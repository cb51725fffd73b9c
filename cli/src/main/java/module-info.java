/** The {@code steppe} command: options, progress, pictures and reports around the library. */
module dev.steppe.cli {
    requires dev.steppe.train;
    requires dev.steppe.data.sample;
    requires info.picocli;
    requires java.desktop;
    requires java.xml;
    requires jdk.management;
    requires org.apache.xmlgraphics.batik.svggen;
    requires xchart;

    opens dev.steppe.cli to info.picocli;
    opens dev.steppe.cli.bench to info.picocli;
}
