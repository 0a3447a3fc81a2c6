package io.fairlead.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fairlead.common.Counts;
import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.HostPort;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A comparison of an istiod's mesh configuration with the sources that a gateway has for it. An
 * istiod may know the gateway by any name, so a source is known by its port.
 */
final class MeshCheck {
  private static final int MAX_LISTED = 3;
  // Where the mesh configuration is in what people have at hand: itself, a ConfigMap, an
  // IstioOperator, the values of Istio's chart.
  private static final List<String> PLACES =
      List.of("", "/data/mesh", "/spec/meshConfig", "/meshConfig");

  private final Diagnosis diagnosis;
  private final String command;

  /**
   * @param command what prints the sources
   */
  MeshCheck(Diagnosis diagnosis, String command) {
    this.diagnosis = diagnosis;
    this.command = command;
  }

  /** Returns the mesh configuration in a document; empty if the text is none. */
  static Optional<JsonNode> parse(String text) {
    try {
      JsonNode document = new YAMLMapper().readTree(text);
      for (String place : PLACES) {
        JsonNode found = document.at(place);
        if (found.isTextual()) {
          found = new YAMLMapper().readTree(found.asText());
        }
        if (found.has("configSources") || (found.isObject() && !place.isEmpty())) {
          return Optional.of(found);
        }
      }
      return document.isObject() ? Optional.of(document) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /**
   * Compares.
   *
   * @param subject what the mesh configuration is from
   * @param expected what the gateway serves istiods; empty if that is not known
   */
  void check(String subject, JsonNode mesh, Optional<GatewayConfig.Xds> expected) {
    List<Source> sources = new ArrayList<>();
    int all = 0;
    boolean kubernetes = false;
    for (JsonNode each : mesh.path("configSources")) {
      all++;
      kubernetes |= each.path("address").asText().startsWith("k8s://");
      Source.of(each).ifPresent(sources::add);
    }
    if (sources.isEmpty()) {
      problem(
          subject,
          "The istiod has no source xds://HOST:PORT in meshConfig.configSources: it does not ask"
              + " this gateway.",
          "Add what this command prints to its mesh configuration and restart it.");
      if (all == 0) {
        return;
      }
    }
    if (!kubernetes) {
      problem(
          subject,
          "meshConfig.configSources has no k8s://, and the list replaces istiod's own source: it"
              + " reads no Istio configuration of its cluster.",
          "Add the source k8s://.");
    }
    Set<Integer> twice = new TreeSet<>(ports(sources));
    twice.removeIf(port -> sources.stream().filter(one -> one.port() == port).count() < 2);
    if (!twice.isEmpty()) {
      problem(
          subject,
          "Several sources have the port " + listed(twice) + ".",
          "Each source of a gateway is needed once; replicas belong behind one name.");
    }
    if (!sources.isEmpty()) {
      expected.ifPresent(own -> compare(subject, sources, own));
    }
    if (kubernetes && !sources.isEmpty()) {
      diagnosis.sound(
          "configSources of "
              + subject
              + ": k8s:// and "
              + Counts.of(sources.size(), "source")
              + " xds://");
    }
  }

  private static Set<Integer> ports(List<Source> sources) {
    return sources.stream().map(Source::port).collect(Collectors.toCollection(TreeSet::new));
  }

  private void compare(String subject, List<Source> sources, GatewayConfig.Xds own) {
    List<Integer> served =
        own.shards() == null ? List.of(own.preferred().port()) : own.shards().ports();
    Set<Integer> missing = new TreeSet<>(served);
    missing.removeAll(ports(sources));
    Optional<Integer> plaintext = own.plaintext().map(HostPort::port);
    boolean whole =
        own.shards() == null && plaintext.isPresent() && ports(sources).contains(plaintext.get());
    if (!missing.isEmpty() && !whole) {
      problem(
          subject,
          "Of the gateway's "
              + Counts.of(served.size(), "source")
              + " the istiod lacks "
              + missing.size()
              + ": port "
              + listed(missing)
              + ". The services that they serve are not in its mesh.",
          "Add what this command prints, whole.");
    }
    besideShards(subject, sources, own);
    List<Source> ours =
        sources.stream()
            .filter(one -> served.contains(one.port()) || (whole && isAt(one, plaintext)))
            .toList();
    if (!ours.isEmpty()) {
      addresses(subject, sources, ours, own);
      new MeshTlsCheck(this, own).check(subject, ours);
    }
  }

  private static boolean isAt(Source source, Optional<Integer> port) {
    return port.isPresent() && port.get() == source.port();
  }

  private void besideShards(String subject, List<Source> sources, GatewayConfig.Xds own) {
    Set<Integer> whole = new TreeSet<>();
    own.plaintext().map(HostPort::port).ifPresent(whole::add);
    own.secure().map(HostPort::port).ifPresent(whole::add);
    whole.retainAll(ports(sources));
    if (own.shards() != null && !whole.isEmpty()) {
      problem(
          subject,
          "The istiod has the port "
              + listed(whole)
              + ", which serves everything, beside the shards: it gets each service twice.",
          "Remove that source.");
    } else if (whole.size() > 1) {
      problem(
          subject,
          "The istiod has the ports "
              + listed(whole)
              + ", which both serve everything: it gets each service twice.",
          "Keep the one for TLS.");
    }
  }

  private void addresses(
      String subject, List<Source> sources, List<Source> ours, GatewayConfig.Xds own) {
    Set<String> hosts =
        ours.stream().map(Source::host).collect(Collectors.toCollection(TreeSet::new));
    if (hosts.size() > 1) {
      diagnosis.warning(
          "mesh_config",
          subject,
          "The sources with the gateway's ports are at several hosts: " + listed(hosts) + ".",
          "Replicas belong behind one name, which all sources of the gateway have.",
          command);
    }
    Set<Integer> known = new TreeSet<>();
    own.listeners().forEach(at -> known.add(at.port()));
    if (own.incremental() != null) {
      known.remove(own.incremental().port());
    }
    Set<Integer> strange =
        ports(sources.stream().filter(one -> hosts.contains(one.host())).toList());
    strange.removeAll(known);
    if (!strange.isEmpty()) {
      problem(
          subject,
          "The istiod has sources at the gateway's host that the gateway does not serve istiods at:"
              + " port "
              + listed(strange)
              + ". It is not ready before each of its sources has answered.",
          "Remove them, or add what is missing to the gateway's configuration.");
    }
    Set<String> remote =
        hosts.stream()
            .filter(host -> !isLoopback(host))
            .collect(Collectors.toCollection(TreeSet::new));
    if (own.preferred().isLoopback() && !remote.isEmpty()) {
      diagnosis.warning(
          "mesh_config",
          subject,
          "The gateway listens on "
              + own.preferred()
              + ", which only its own machine reaches, and the istiod asks for "
              + listed(remote)
              + ".",
          "Let it listen on 0.0.0.0, with TLS, unless a proxy stands between them.",
          "");
    }
  }

  // By its text: to resolve the name of a cluster from elsewhere takes long and fails.
  private static boolean isLoopback(String host) {
    return host.equals("localhost")
        || ((host.matches("[0-9.]+") || host.indexOf(':') >= 0)
            && new HostPort(host, 0).isLoopback());
  }

  /** Says that something could not be looked at. */
  void unseen(String what) {
    diagnosis.unseen(what);
  }

  void problem(String subject, String message, String advice) {
    diagnosis.critical("mesh_config", subject, message, advice, command);
  }

  /** Returns some of them, and how many more there are. */
  static String listed(Set<?> all) {
    return all.stream().limit(MAX_LISTED).map(String::valueOf).collect(Collectors.joining(", "))
        + (all.size() > MAX_LISTED ? " and " + (all.size() - MAX_LISTED) + " more" : "");
  }

  /** A source of an istiod that speaks xDS. */
  record Source(String host, int port, JsonNode tls) {
    static Optional<Source> of(JsonNode source) {
      String address = source.path("address").asText();
      if (!address.startsWith("xds://")) {
        return Optional.empty();
      }
      try {
        URI uri = URI.create(address);
        return uri.getHost() == null || uri.getPort() <= 0
            ? Optional.empty()
            : Optional.of(
                new Source(
                    uri.getHost().replaceAll("^\\[|]$", ""),
                    uri.getPort(),
                    source.path("tlsSettings")));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }

    /** Returns the mode of TLS, as a word. */
    String mode() {
      String mode = tls.path("mode").asText("DISABLE");
      return switch (mode) {
        case "0" -> "DISABLE";
        case "1" -> "SIMPLE";
        case "2" -> "MUTUAL";
        case "3" -> "ISTIO_MUTUAL";
        default -> mode;
      };
    }
  }
}
