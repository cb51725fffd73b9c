/** Datasets, readers, loaders and augmentation. */
package dev.steppe.data;
