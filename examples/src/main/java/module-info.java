/** Short plain main classes, one idea each. */
module dev.steppe.examples {
    requires transitive dev.steppe.optim;
    requires dev.steppe.train;
    requires dev.steppe.data.sample;

    exports dev.steppe.examples;

    provides dev.steppe.optim.SamVariant with dev.steppe.examples.BoxSam;
}
