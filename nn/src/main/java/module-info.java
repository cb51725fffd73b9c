/** Layers, initialisers, models and checkpoints. */
module dev.steppe.nn {
    requires transitive dev.steppe.core;
    requires com.fasterxml.jackson.core;

    exports dev.steppe.nn;
}
