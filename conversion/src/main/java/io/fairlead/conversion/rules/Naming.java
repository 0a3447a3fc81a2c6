package io.fairlead.conversion.rules;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.Key;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The host and namespace of a service, what it is split by, and whether it shares its host. */
public record Naming(
    @Key("template of the host, in place of the registry's") @Nullable TextTemplate host,
    @Key("template of the ServiceEntry's namespace, in place of the registry's")
        @Nullable TextTemplate namespace,
    @Key(
            value =
                "what splits a service: its instances with equal values are a service of their own",
            single = true)
        @Nullable List<Variable> by,
    @Key(
            "whether the service is merged with others of the same host into one entry; all of them"
                + " have to be, of whatever registries")
        @Nullable Boolean merge) {
  private static final Pattern LITERAL = Pattern.compile("[a-z0-9.-]*");

  public Naming {
    if (host == null && namespace == null && by == null && merge == null) {
      throw new IllegalArgumentException("nothing (expected: host, namespace, by or merge)");
    }
    requireName("host", host);
    requireName("namespace", namespace);
  }

  /** Returns this with what an earlier rule says where this says nothing. */
  Naming over(@Nullable Naming earlier) {
    return earlier == null
        ? this
        : new Naming(
            host == null ? earlier.host : host,
            namespace == null ? earlier.namespace : namespace,
            by == null ? earlier.by : by,
            merge == null ? earlier.merge : merge);
  }

  /** Whether a service with this naming is merged with others of its host. */
  static boolean isMerging(@Nullable Naming naming) {
    return naming != null && Boolean.TRUE.equals(naming.merge);
  }

  private static void requireName(String key, @Nullable TextTemplate template) {
    if (template != null
        && !template.literals().stream().allMatch(text -> LITERAL.matcher(text).matches())) {
      throw new IllegalArgumentException(
          key
              + ": "
              + ConfigurationKey.refusal(
                  template.toString(),
                  "lower-case letters, digits, '-', '.' and variables in braces"));
    }
  }
}
