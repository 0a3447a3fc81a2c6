package io.fairlead.aggregation;

import io.fairlead.versioning.CommitHistory;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The memory of everything that can be reached from an object, in bytes: counted object by object,
 * not measured, so that it depends on no collector, flag or other test. The layout is that of a
 * HotSpot heap below 32 GB: headers of 12 bytes (16 for arrays), references of 4, sizes in steps of
 * 8. What belongs to the program and not to its data is passed over: classes, threads, enums; and
 * so is the history of commits, which has a bound of its own.
 *
 * <p>A type of the platform that is not opened to it fails, it is not left out.
 */
final class RetainedSize {
  private static final int HEADER = 12;
  private static final int ARRAY_HEADER = 16;
  private static final int REFERENCE = 4;

  private final Map<Class<?>, Shape> shapes = new HashMap<>();
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Deque<Object> waiting = new ArrayDeque<>();
  private long size;

  /** The layout of the instances of a class. */
  private record Shape(long size, List<Field> references) {}

  private RetainedSize() {}

  static long of(Object root) {
    RetainedSize walk = new RetainedSize();
    walk.reach(root);
    while (!walk.waiting.isEmpty()) {
      walk.visit(walk.waiting.remove());
    }
    return walk.size;
  }

  /** The memory of an array of bytes. */
  static long ofBytes(int length) {
    return aligned(ARRAY_HEADER + length);
  }

  private void reach(@Nullable Object object) {
    if (object != null
        && !(object instanceof Class<?>)
        && !(object instanceof ClassLoader)
        && !(object instanceof Thread)
        && !(object instanceof Enum<?>)
        && !(object instanceof CommitHistory)
        && seen.add(object)) {
      waiting.add(object);
    }
  }

  private void visit(Object object) {
    Class<?> type = object.getClass();
    if (type.isArray()) {
      int length = Array.getLength(object);
      size += aligned(ARRAY_HEADER + (long) length * sizeOf(type.getComponentType()));
      if (object instanceof Object[] elements) {
        for (Object element : elements) {
          reach(element);
        }
      }
      return;
    }
    Shape shape = shapes.computeIfAbsent(type, RetainedSize::shape);
    size += shape.size();
    for (Field field : shape.references()) {
      try {
        reach(field.get(object));
      } catch (IllegalAccessException e) {
        throw new AssertionError("field: " + field + " (expected: it was made accessible)", e);
      }
    }
  }

  private static Shape shape(Class<?> type) {
    long size = HEADER;
    List<Field> references = new ArrayList<>();
    for (Class<?> each = type; each != null; each = each.getSuperclass()) {
      for (Field field : each.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          size += sizeOf(field.getType());
          if (!field.getType().isPrimitive()) {
            field.setAccessible(true);
            references.add(field);
          }
        }
      }
    }
    return new Shape(aligned(size), references);
  }

  private static int sizeOf(Class<?> type) {
    if (type == long.class || type == double.class) {
      return Long.BYTES;
    }
    if (type == int.class || type == float.class) {
      return Integer.BYTES;
    }
    if (type == short.class || type == char.class) {
      return Short.BYTES;
    }
    return type.isPrimitive() ? 1 : REFERENCE;
  }

  private static long aligned(long size) {
    return (size + 7) / 8 * 8;
  }
}
