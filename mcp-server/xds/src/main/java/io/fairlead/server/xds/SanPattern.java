package io.fairlead.server.xds;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.Key;
import java.util.Locale;

/**
 * A pattern for the subject alternative names of a certificate: a name, the end of names after a
 * leading {@code *}, the start of names before a trailing one, or {@code *} for every certificate
 * that is trusted. A {@code *} stands for any text, dots and slashes included.
 *
 * <p>One with a slash is compared with URIs only, as they are; any other one with DNS names,
 * without regard to case, and IP addresses.
 *
 * @param text as it was written
 */
@Key(expected = SanPattern.EXPECTED)
public record SanPattern(String text) {
  static final String EXPECTED =
      "a name such as istiod.istio-system.svc or spiffe://cluster.local/ns/istio-system/sa/istiod,"
          + " or one with * at its start or its end";

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException if it is empty, has spaces, or a {@code *} elsewhere
   */
  public static SanPattern parse(String text) {
    String name = text.startsWith("*") ? text.substring(1) : text;
    boolean both = text.startsWith("*") && name.endsWith("*");
    String inner = name.endsWith("*") ? name.substring(0, name.length() - 1) : name;
    if (text.isEmpty()
        || both
        || inner.indexOf('*') >= 0
        || text.chars().anyMatch(c -> c <= ' ' || c == 0x7F)) {
      throw new IllegalArgumentException(ConfigurationKey.refusal(text, EXPECTED));
    }
    return new SanPattern(text);
  }

  /** Whether a client's certificate has such a name. */
  boolean matches(ClientIdentity client) {
    if (text.equals("*")) {
      return client.certified();
    }
    if (text.indexOf('/') >= 0) {
      return client.uris().stream().anyMatch(uri -> matches(text, uri));
    }
    String lower = text.toLowerCase(Locale.ROOT);
    return client.names().stream().anyMatch(name -> matches(lower, name.toLowerCase(Locale.ROOT)));
  }

  private static boolean matches(String pattern, String name) {
    if (pattern.startsWith("*")) {
      return name.endsWith(pattern.substring(1));
    }
    return pattern.endsWith("*")
        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
        : name.equals(pattern);
  }

  @Override
  public String toString() {
    return text;
  }
}
