package dev.steppe.optim;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Where the default of a record component comes from: paper and section, or official code. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Origin {
    /** Paper and section, or the file of the official code. */
    String value();
}
