package io.fairlead.registry.zookeeper;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.SharedMetadata;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The mapping of an interface's providers to services: one for each version and group, whose name
 * is Dubbo's key, {@code INTERFACE:VERSION:GROUP} without empty parts at its end. Stateless.
 *
 * <p>A service has one protocol. Where providers export an interface under several, the one that
 * most addresses have is served; of several that as many have, Triple, gRPC, REST and HTTP go
 * before the binary ones, which a proxy cannot look into. The other ports are in the metadata
 * {@code dubbo.endpoints}, so that they are counted as not served.
 */
final class InterfaceServices {
  static final String INTERFACE = "interface";
  static final String VERSION = "version";
  static final String GROUP = "dubboGroup";

  /** The weight of a Dubbo provider that names none. */
  private static final double USUAL_WEIGHT = 100;

  private static final List<String> PREFERRED = List.of("tri", "grpc", "rest", "http", "dubbo");

  /**
   * What Dubbo writes for itself. It says nothing about where a request may go, changes with each
   * start (timestamp, pid) or is a secret (token), so it is no metadata of the mesh.
   */
  private static final Set<String> INTERNAL =
      Set.of(
          "accepts",
          "accesslog",
          "actives",
          "anyhost",
          "async",
          "background",
          "bind.ip",
          "bind.port",
          "category",
          "check",
          "cluster",
          "codec",
          "connections",
          "corethreads",
          "delay",
          "deprecated",
          "dispatcher",
          "dubbo",
          "dynamic",
          "executes",
          "executor-management-mode",
          "exchanger",
          "file-cache",
          "generic",
          "heartbeat",
          "interface",
          "iothreads",
          "loadbalance",
          "logger",
          "metadata-service-port",
          "metadata-type",
          "methods",
          "password",
          "path",
          "payload",
          "pid",
          "preferred-protocol",
          "prefer.serialization",
          "protocol",
          "qos.enable",
          "queues",
          "register",
          "register-mode",
          "REGISTRY_CLUSTER",
          "retries",
          "revision",
          "serialization",
          "server",
          "service-name-mapping",
          "side",
          "ssl-enabled",
          "threadname",
          "threadpool",
          "threads",
          "timeout",
          "timestamp",
          "token",
          "transporter",
          "username",
          "validation",
          "warmup",
          "weight",
          "disabled",
          "enabled",
          "group");

  private InterfaceServices() {}

  /**
   * Returns the services of an interface.
   *
   * @param namespace the namespace of their ids
   */
  static List<Service> of(String namespace, String name, Collection<Provider> providers) {
    Map<ServiceId, List<Provider>> grouped = new TreeMap<>();
    for (Provider provider : providers) {
      String key = key(name, provider.version(), provider.group());
      grouped
          .computeIfAbsent(new ServiceId(namespace, "", key), id -> new ArrayList<>())
          .add(provider);
    }
    List<Service> services = new ArrayList<>();
    grouped.forEach((id, members) -> services.add(service(id, name, members)));
    return services;
  }

  private static String key(String name, String version, String group) {
    String end = group.isEmpty() ? version : version + ":" + group;
    return end.isEmpty() ? name : name + ":" + end;
  }

  private static Service service(ServiceId id, String name, List<Provider> providers) {
    // By address and port: a provider that started again is there twice until the session of the
    // first ends.
    Map<String, Map<String, Provider>> byAddress = new TreeMap<>();
    for (Provider provider : providers) {
      byAddress
          .computeIfAbsent(provider.address(), address -> new TreeMap<>())
          .merge(socket(provider), provider, InterfaceServices::newer);
    }
    String preferred = preferred(byAddress.values());
    List<Instance> instances = new ArrayList<>();
    for (Map<String, Provider> sockets : byAddress.values()) {
      String own =
          sockets.values().stream().anyMatch(one -> one.protocol().equals(preferred))
              ? preferred
              : preferred(List.of(sockets));
      for (Provider provider : sockets.values()) {
        if (provider.protocol().equals(own)) {
          instances.add(instance(provider, sockets.values()));
        }
      }
    }
    Provider first = providers.get(0);
    return new Service(
        id,
        Map.of(INTERFACE, name, VERSION, first.version(), GROUP, first.group()),
        Map.of(),
        List.of(),
        instances);
  }

  private static String socket(Provider provider) {
    return provider.address() + ":" + provider.port();
  }

  /** Returns the protocol that is served. */
  private static String preferred(Collection<Map<String, Provider>> addresses) {
    Map<String, Integer> votes = new HashMap<>();
    for (Map<String, Provider> sockets : addresses) {
      Set<String> names = new TreeSet<>();
      sockets.values().forEach(one -> names.add(one.protocol()));
      names.forEach(name -> votes.merge(name, 1, Integer::sum));
    }
    String best = "";
    int most = 0;
    for (Map.Entry<String, Integer> vote : new TreeMap<>(votes).entrySet()) {
      int more = vote.getValue() - most;
      if (more > 0 || (more == 0 && rank(vote.getKey()) < rank(best))) {
        best = vote.getKey();
        most = vote.getValue();
      }
    }
    return best;
  }

  private static int rank(String protocol) {
    int rank = PREFERRED.indexOf(protocol);
    return rank < 0 ? PREFERRED.size() : rank;
  }

  private static Provider newer(Provider one, Provider other) {
    int order = Long.compare(timestamp(one), timestamp(other));
    return order == 0
        ? one.protocol().compareTo(other.protocol()) <= 0 ? one : other
        : order > 0 ? one : other;
  }

  private static long timestamp(Provider provider) {
    try {
      return Long.parseLong(provider.parameter("timestamp"));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static Instance instance(Provider provider, Collection<Provider> all) {
    Map<String, String> metadata = new HashMap<>();
    provider
        .parameters()
        .forEach(
            (key, value) -> {
              if (!isInternal(key)) {
                metadata.put(key, value);
              }
            });
    metadata.put("protocol", shownProtocol(provider.protocol()));
    List<Provider> others =
        all.stream().filter(one -> !one.protocol().equals(provider.protocol())).toList();
    if (!others.isEmpty()) {
      metadata.put("dubbo.endpoints", endpoints(others));
    }
    return new Instance(
        socket(provider),
        provider.address(),
        provider.port(),
        weight(provider),
        isOff(provider) ? Availability.DISABLED : Availability.READY,
        Locality.NONE,
        SharedMetadata.of(metadata));
  }

  static boolean isInternal(String key) {
    return INTERNAL.contains(key)
        || key.startsWith("default.")
        || key.contains(".timeout")
        || key.contains(".retries");
  }

  private static boolean isOff(Provider provider) {
    String disabled = provider.parameter("disabled");
    return disabled.isEmpty()
        ? provider.parameter("enabled").equals("false")
        : disabled.equals("true");
  }

  private static double weight(Provider provider) {
    String text = provider.parameter("weight");
    String used = text.isEmpty() ? provider.parameter("default.weight") : text;
    try {
      return used.isEmpty() ? USUAL_WEIGHT : Double.parseDouble(used);
    } catch (NumberFormatException e) {
      // The conversion counts it as its owner's fault.
      return Double.NaN;
    }
  }

  /** Returns Istio's word where it has none for Dubbo's. */
  static String shownProtocol(String protocol) {
    return switch (protocol) {
      case "rest", "webservice", "hessian", "http" -> "http";
      case "thrift", "rmi", "native", "memcached", "injvm" -> "tcp";
      default -> protocol;
    };
  }

  private static String endpoints(List<Provider> all) {
    StringBuilder text = new StringBuilder("[");
    for (Provider one : all) {
      text.append(text.length() > 1 ? "," : "")
          .append("{\"port\":")
          .append(one.port())
          .append(",\"protocol\":\"")
          .append(one.protocol().replaceAll("[^a-z0-9+.-]", ""))
          .append("\"}");
    }
    return text.append(']').toString();
  }
}
