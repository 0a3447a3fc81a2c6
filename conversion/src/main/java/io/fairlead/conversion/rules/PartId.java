package io.fairlead.conversion.rules;

import io.fairlead.registry.ServiceId;
import java.util.List;

/**
 * The identities of parts, made from those of their services: {@code orders#a} for the part with
 * the value {@code a}, {@code orders#@short} for the alias {@code short}. No two services with
 * rules have parts of one identity: what has a meaning in it is escaped in values, and a service
 * whose own name has the mark gets an empty part.
 */
public final class PartId {
  private static final char MARK = '#';
  private static final char ALIAS = '@';
  private static final int MAX_LENGTH = 200;

  private PartId() {}

  /** Returns the identity of a part. */
  static ServiceId of(ServiceId service, String key) {
    return key.isEmpty() && service.name().indexOf(MARK) < 0
        ? service
        : new ServiceId(service.namespace(), service.group(), service.name() + MARK + key);
  }

  /** Returns the identity of a service as a whole, where there are rules. */
  public static ServiceId ofWhole(ServiceId service) {
    return of(service, "");
  }

  /** Returns the identity of the entry of its own that a part has for an alias. */
  public static ServiceId ofAlias(ServiceId part, String alias) {
    String name = part.name();
    return new ServiceId(
        part.namespace(), part.group(), name + (name.indexOf(MARK) < 0 ? "#@" : "@") + alias);
  }

  /** Whether an identity is that of an alias; a service with rules never looks like one. */
  public static boolean isAlias(ServiceId id) {
    int mark = id.name().lastIndexOf(MARK);
    return mark > 0 && id.name().indexOf(ALIAS, mark) >= 0;
  }

  /** Returns the key of a part by the values that tell it from others; empty if all are. */
  static String key(List<String> values) {
    if (values.stream().allMatch(String::isEmpty)) {
      return "";
    }
    StringBuilder key = new StringBuilder();
    for (String value : values) {
      key.append(key.length() == 0 ? "" : ",");
      escape(value, key);
    }
    return key.toString();
  }

  private static void escape(String value, StringBuilder key) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == MARK || c == ALIAS || c == ',' || c == '%' || c < ' ') {
        key.append('%').append(Integer.toHexString(0x100 | c).substring(1));
      } else {
        key.append(c);
      }
    }
  }

  /** Whether a text is short enough to be a part of an identity. */
  static boolean isShort(String key) {
    return key.length() <= MAX_LENGTH;
  }

  /** Returns the identity of the part that an alias is one of; a part's own stays as it is. */
  public static ServiceId partOf(ServiceId id) {
    if (!isAlias(id)) {
      return id;
    }
    int mark = id.name().lastIndexOf(MARK);
    int at = id.name().indexOf(ALIAS, mark);
    return at == mark + 1
        ? ofWhole(named(id, id.name().substring(0, mark)))
        : named(id, id.name().substring(0, at));
  }

  /** Returns the identity of the service that a part was made of, where there are rules. */
  static ServiceId serviceOf(ServiceId part) {
    int mark = part.name().lastIndexOf(MARK);
    return mark <= 0 ? part : named(part, part.name().substring(0, mark));
  }

  private static ServiceId named(ServiceId id, String name) {
    return new ServiceId(id.namespace(), id.group(), name);
  }
}
