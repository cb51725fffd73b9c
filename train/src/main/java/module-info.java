/** The trainer: epochs, evaluation, runs on disk, whole state saved and resumed. */
module dev.steppe.train {
    requires transitive dev.steppe.nn;
    requires transitive dev.steppe.optim;
    requires transitive dev.steppe.data;
    requires com.fasterxml.jackson.core;

    exports dev.steppe.train;
}
