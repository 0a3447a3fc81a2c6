package io.fairlead.server.xds;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules of who may have which Istio revision.
 *
 * @param rules of which one has to be met; null: everybody may have everything
 */
public record Authorization(@Nullable List<ClientRule> rules) {
  /** Everybody may have everything. */
  public static final Authorization EVERYBODY = new Authorization(null);

  public Authorization {
    rules = rules == null ? null : List.copyOf(rules);
  }

  /**
   * Returns why a client may not have a revision, for that client to read; null if it may.
   *
   * @param revision empty for none
   */
  @Nullable String refusal(String revision, ClientIdentity client) {
    if (rules == null) {
      return null;
    }
    List<ClientRule> own = rules.stream().filter(rule -> rule.isFor(revision)).toList();
    if (own.stream().anyMatch(rule -> rule.isMetBy(client))) {
      return null;
    }
    String what = revision.isEmpty() ? "a client without a revision" : "revision " + revision;
    return what
        + ": not for "
        + client.text()
        + (own.isEmpty()
            ? " (expected: a rule of xds.authorize for "
                + (revision.isEmpty() ? "revision \"*\"" : "this revision")
                + "; there is none)"
            : " (expected: one that a rule of xds.authorize names for it)");
  }
}
