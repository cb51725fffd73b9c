package dev.steppe.optim;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a strategy, an interface that options are typed with: the records that the command line knows. {@code EveryK} is written {@code everyk} or
 * {@code everyk(k=5)}; what is not given comes from its static method {@code defaults()}. The strategy stays open to others, which a program gives as values.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface OneOf {
    /** Public records with a static method {@code defaults()}. */
    Class<? extends Record>[] value();
}
