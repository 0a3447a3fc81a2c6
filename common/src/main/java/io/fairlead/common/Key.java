package io.fairlead.common;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The description of a configuration key, on the record component that holds its value. It is the
 * only place of the key's text, default and range: validation, the JSON Schema, the reference page
 * and the record's defaults are made from it. A component without one is a key, too, which has its
 * name and nothing to say.
 *
 * <p>Components may be of type String, int, long, double, boolean (or their boxes), enum (written
 * as {@code toString} gives its constants), {@link java.time.Duration} ({@code 100ms}, {@code 5m}),
 * {@link java.net.URI}, {@link java.nio.file.Path} (relative to the configuration file), a type
 * with a static method {@code parse(String)} that throws {@link IllegalArgumentException} with
 * "value (expected: ...)", another record, a List or SortedSet of those, or a Map from String to
 * those or to lists of them. The component of a Map whose name ends with a dot, such as {@code
 * meta.}, has all keys of the object that begin so. A key may be left out if it has a default, is
 * {@code @Nullable} or a primitive boolean, or is a record all of whose keys may be left out.
 *
 * <p>On a record that has itself as a component, or that several have, the annotation's {@link
 * #name} is what the schema calls it. On a type with {@code parse}, the annotation gives the form
 * of its texts: {@link #expected}, {@link #pattern}, and {@link #min} and {@link #max} if they may
 * be whole numbers, too.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.TYPE})
public @interface Key {
  /** The value of {@link #defaultValue} that means that there is none. */
  String NONE = "\0";

  /** Returns the purpose of the key, beginning in lower case and without a full stop. */
  String value() default "";

  /** Returns the key where it is not the component's name, such as a word that Java reserves. */
  String name() default "";

  /**
   * Returns the value of a key that is left out: one text, or the elements of a list. A list whose
   * default is empty may be given empty, too; every other needs an element. A {@code @Nullable}
   * component is null all the same, for a reader that has to know that the key was left out.
   */
  String[] defaultValue() default NONE;

  /** Returns the smallest number or duration; of a text, its least length. */
  String min() default "";

  /** Returns the largest number or duration. */
  String max() default "";

  /**
   * Returns a regular expression for the whole of a text, or of each text of a list, with its
   * anchors.
   */
  String pattern() default "";

  /**
   * Returns the description of a valid value, where the type does not say enough; {@code {range}}
   * in it stands for the range.
   */
  String expected() default "";

  /** Whether a single value may stand in place of a list with one element. */
  boolean single() default false;

  /**
   * Returns why a change of the key, and of what is below it, takes effect only at a restart,
   * beginning in lower case and without a full stop; empty: it takes effect while running. Whoever
   * leaves it empty has the running gateway take the change.
   */
  String restart() default "";
}
