package dev.steppe.optim;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What the catalogue says of a {@link SamVariant} or a {@link BaseOptimizer}; it stands on the record, beside the formula. Everything is that of the default
 * options, over a whole batch.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Card {
    /** As the command line writes it: lower case letters, digits, hyphens. */
    String name();

    /** The name in words. */
    String title();

    /** Authors, venue, arXiv number. */
    String paper();

    /** What it does, in one line, with g = g(w). */
    String formula();

    /** Examples that go forward in a step, divided by the size of the batch; a mean over many steps. */
    double forwards() default 2;

    /** Examples that go backward in a step, divided by the size of the batch; a mean over many steps. */
    double backwards() default 2;

    /** Whether the data or chance decide how many passes a step takes; the numbers of passes are then the most. */
    boolean atMost() default false;

    /** Arrays of the size of the weights that the passes of a step need at most; a plain step needs 1, SAM 3. */
    int points() default 3;

    /** Arrays of the size of the weights that are needed beside the new weights and the new points of the base optimizer while these are made. */
    int landing() default 0;

    /** Arrays of the size of the weights that are kept between steps, beside those of the base optimizer. */
    int memory() default 0;

    /** How sure it is that this is the published method. */
    Confidence confidence();

    /** What the confidence rests on, and where this form, the paper and the official code differ. */
    String note();
}
