package dev.steppe.optim;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a record component that is a number: what it may be, if it is not just any finite number of at least 0. The record asks
 * {@link OptionException#check} for it in its constructor; the catalogue shows it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Range {
    /** An interval: {@code [0, 1]}, {@code (0, 1]}, {@code [1, inf)}; {@code inf]} allows infinity, {@code [-inf, inf]} all that is a number. */
    String value();

    /** What it is measured in: {@code a part of the batch}. */
    String of() default "";
}
