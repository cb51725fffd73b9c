/** The embedded Fashion-MNIST images: resources only, open so that a reader finds them by name. */
open module dev.steppe.data.sample {
}
