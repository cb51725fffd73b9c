/** A program that uses Steppe: one module required. */
module consumer {
    requires dev.steppe.train;
}
