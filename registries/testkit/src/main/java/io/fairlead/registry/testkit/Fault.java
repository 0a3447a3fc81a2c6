package io.fairlead.registry.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The fault or event that a contract test shows, as a row of the {@linkplain FaultMatrix fault
 * matrix}. Tests with the same text share a row.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Fault {
  /** The row's name, at most {@value FaultMatrix#MAX_FAULT} characters. */
  String value();
}
