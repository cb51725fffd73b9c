/** The {@code steppe} command: options, progress, pictures and reports around the library. */
module dev.steppe.cli {
    requires dev.steppe.train;
    requires dev.steppe.data.sample;
    requires info.picocli;
    requires java.desktop;
    requires jdk.management;
    requires xchart;

    opens dev.steppe.cli to info.picocli;
}
