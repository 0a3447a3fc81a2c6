package io.fairlead.registry.zookeeper;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An override by which an operator gives providers of a Dubbo interface another weight, or takes
 * them out. Immutable.
 *
 * @param host the providers' address; {@link #ANY_HOST} for all
 * @param port the providers' port; 0 for all
 * @param priority of several for one host the highest wins
 * @param onlyAbsent whether it leaves alone what providers say themselves
 * @param parameters what else is in its URL
 */
record ProviderOverride(
    String host, int port, int priority, boolean onlyAbsent, Map<String, String> parameters) {
  private static final String ANY_HOST = "0.0.0.0";
  private static final String ANY = "*";
  private static final String WEIGHT = "weight";
  private static final String DISABLED = "disabled";
  private static final List<String> KEYS = List.of(WEIGHT, DISABLED);

  /**
   * The order in which overrides are applied, the last wins: those of one host after those of all.
   */
  private static final Comparator<ProviderOverride> ORDER =
      Comparator.comparing((ProviderOverride one) -> !one.host().equals(ANY_HOST))
          .thenComparing(ProviderOverride::priority);

  ProviderOverride {
    parameters = Map.copyOf(parameters);
  }

  /**
   * Returns the override in a URL; empty if it is switched off, is for consumers or sets nothing
   * that a mesh has.
   *
   * @param port 0 if the URL has none
   * @throws MalformedNodeException if the URL is no override
   */
  static Optional<ProviderOverride> of(
      String protocol, String host, int port, Map<String, String> parameters)
      throws MalformedNodeException {
    if (!protocol.equals("override") && !protocol.equals("absent")) {
      throw new MalformedNodeException("another protocol (expected: override or absent)");
    }
    if (host.isEmpty() || port < 0) {
      throw new MalformedNodeException("no address (expected: HOST:PORT, or " + ANY_HOST + ")");
    }
    expect(parameters, WEIGHT, "-?[0-9]{1,9}", "a whole number");
    expect(parameters, DISABLED, "true|false", "true or false");
    expect(parameters, "priority", "-?[0-9]{1,9}", "a whole number");
    String side = parameters.getOrDefault("side", ANY);
    boolean isOn = !"false".equals(parameters.get("enabled"));
    // A host without a port is a consumer's.
    boolean isForProviders = port > 0 || host.equals(ANY_HOST);
    return isOn
            && isForProviders
            && (side.equals(ANY) || side.equals("provider"))
            && KEYS.stream().anyMatch(parameters::containsKey)
        ? Optional.of(
            new ProviderOverride(
                host,
                port,
                Integer.parseInt(parameters.getOrDefault("priority", "0")),
                protocol.equals("absent"),
                parameters))
        : Optional.empty();
  }

  private static void expect(
      Map<String, String> parameters, String key, String pattern, String expected)
      throws MalformedNodeException {
    String value = parameters.get(key);
    if (value != null && !value.matches(pattern)) {
      throw new MalformedNodeException(key + ": something else (expected: " + expected + ")");
    }
  }

  /** Returns a provider with all overrides that are about it applied, in Dubbo's order. */
  static Provider applied(List<ProviderOverride> overrides, Provider provider) {
    Map<String, String> parameters = new HashMap<>(provider.parameters());
    overrides.stream()
        .filter(one -> one.concerns(provider))
        .sorted(ORDER)
        .forEach(one -> one.apply(parameters));
    return parameters.equals(provider.parameters()) ? provider : provider.with(parameters);
  }

  private boolean concerns(Provider provider) {
    return (host.equals(ANY_HOST) || host.equals(provider.address()))
        && (port == 0 || port == provider.port())
        // Without a version it is for providers without one.
        && provider.isOf(parameter("version"), parameter("group"))
        && matches("application", provider)
        && parameters.keySet().stream()
            .allMatch(key -> !key.startsWith("~") || matches(key, provider));
  }

  private String parameter(String key) {
    return parameters.getOrDefault(key, "");
  }

  private boolean matches(String key, Provider provider) {
    String value = parameters.getOrDefault(key, ANY);
    return value.equals(ANY) || value.equals(provider.parameter(key.replaceFirst("^~", "")));
  }

  private void apply(Map<String, String> provider) {
    for (String key : KEYS) {
      String value = parameters.get(key);
      if (value != null && (!onlyAbsent || !provider.containsKey(key))) {
        provider.put(key, value);
      }
    }
  }
}
