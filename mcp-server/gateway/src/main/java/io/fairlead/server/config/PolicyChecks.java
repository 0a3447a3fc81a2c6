package io.fairlead.server.config;

import io.fairlead.conversion.ConversionPolicy;
import io.fairlead.conversion.HostTemplate;
import java.util.HashSet;
import java.util.Set;

/** Checks what only the conversion can judge: templates, protocol, exportTo, revisions. */
final class PolicyChecks {
  private PolicyChecks() {}

  /** Reports each key that no conversion policy can be made of. */
  static void check(RegistryConfig config, String path, Problems problems) {
    RegistryConfig.Shared shared = config.shared();
    attempt("host", path, problems, () -> template("host", config.hostTemplate(), config));
    attempt(
        "namespace",
        path,
        problems,
        () -> template("namespace", config.namespaceTemplate(), config));
    attempt("exportTo", path, problems, () -> policy().exportTo(shared.exportTo()).build());
    attempt("protocol", path, problems, () -> policy().protocol(shared.protocol()).build());
    attempt("revisions", path, problems, config::revisionRule);
  }

  private static ConversionPolicy.Builder policy() {
    return ConversionPolicy.builder("check");
  }

  private static HostTemplate template(String field, String text, RegistryConfig config) {
    Set<String> variables = new HashSet<>(config.factory().variables());
    variables.addAll(HostTemplate.parse(config.factory().defaultHost()).variables());
    return HostTemplate.parse(field, text).requireVariables(field, variables);
  }

  private static void attempt(String key, String path, Problems problems, Runnable attempt) {
    try {
      attempt.run();
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      String prefix = key + ": ";
      problems.atValue(
          KeyPath.key(path, key),
          message.startsWith(prefix) ? message.substring(prefix.length()) : message);
    }
  }
}
