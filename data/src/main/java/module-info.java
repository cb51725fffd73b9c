/** Datasets, readers, loaders and augmentation. */
module dev.steppe.data {
    requires transitive dev.steppe.core;
    requires java.desktop;

    exports dev.steppe.data;
}
