/** Each kernel scalar, vector and peer, side by side, under JMH. */
module dev.steppe.benchmarks {
    requires dev.steppe.train;
    requires jmh.core;
}
