/**
 * Data on its way into training: {@link dev.steppe.data.Dataset} is what there is, readers ({@link dev.steppe.data.Idx},
 * {@link dev.steppe.data.FashionMnist}, {@link dev.steppe.data.Cifar10}, {@link dev.steppe.data.Cifar100}, {@link dev.steppe.data.ImageFolder}) fill it
 * from files and refuse files that are not what they should be, {@link dev.steppe.data.Transform}s change examples, and a
 * {@link dev.steppe.data.Loader} makes batches of them.
 */
package dev.steppe.data;
