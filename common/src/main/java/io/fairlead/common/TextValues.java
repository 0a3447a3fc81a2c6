package io.fairlead.common;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The reading of single texts as values of the types that {@link Key} names. */
public final class TextValues {
  private TextValues() {}

  /** Returns the words of an enum, as a file has them. */
  public static List<String> words(Class<?> type) {
    return Arrays.stream(type.getEnumConstants()).map(Object::toString).toList();
  }

  /** Whether values of a type are read from one text by a method {@code parse} of their own. */
  public static boolean isParsed(Class<?> type) {
    return parser(type).isPresent();
  }

  private static Optional<Method> parser(Class<?> type) {
    try {
      Method method = type.getDeclaredMethod("parse", String.class);
      return Modifier.isStatic(method.getModifiers())
              && type.isAssignableFrom(method.getReturnType())
          ? Optional.of(method)
          : Optional.empty();
    } catch (NoSuchMethodException e) {
      return Optional.empty();
    }
  }

  /**
   * Reads a text as a value of a type.
   *
   * @throws IllegalArgumentException with "value (expected: ...)" if it is none
   */
  public static Object parse(Class<?> type, String text) {
    if (type == String.class) {
      return text;
    }
    if (type == int.class || type == Integer.class) {
      return Integer.valueOf(text);
    }
    if (type == long.class || type == Long.class) {
      return Long.valueOf(text);
    }
    if (type == double.class || type == Double.class) {
      return Double.valueOf(text);
    }
    if (type == boolean.class || type == Boolean.class) {
      return Boolean.valueOf(text);
    }
    if (type == Duration.class) {
      return Durations.parse(text);
    }
    if (type.isEnum()) {
      for (Object constant : type.getEnumConstants()) {
        if (constant.toString().equals(text)) {
          return constant;
        }
      }
      throw new IllegalArgumentException(
          ConfigurationKey.refusal(text, "one of " + String.join(", ", words(type))));
    }
    try {
      if (type == URI.class) {
        return new URI(text);
      }
      if (type == Path.class) {
        return Path.of(text);
      }
      Method parser =
          parser(type)
              .orElseThrow(
                  () -> new IllegalStateException(type + " (expected: a type that Key names)"));
      parser.setAccessible(true);
      return parser.invoke(null, text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          ConfigurationKey.refusal(text, "a URI; " + e.getReason()), e);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          ConfigurationKey.refusal(text, "a path; " + e.getReason()), e);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw refused;
      }
      throw new IllegalStateException(type + ": parse failed", e.getCause());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(type + ": parse cannot be called", e);
    }
  }
}
