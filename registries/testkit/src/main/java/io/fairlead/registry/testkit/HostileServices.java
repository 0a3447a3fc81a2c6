package io.fairlead.registry.testkit;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A generator of services as no registry should hold them and some do: illegal, long and colliding
 * names, addresses of every kind, ports out of range, duplicates, odd weights, metadata that would
 * be labels with a meaning, text that is not Unicode; and sane ones between them. The same seed
 * gives the same services. Half of the class are the lists of what it draws from. For one thread.
 */
public final class HostileServices {
  private static final List<String> NAMES =
      List.of(
          "web",
          "Web",
          "WEB",
          "web_1",
          "web.1",
          "com.example.Api",
          "providers:com.example.Api:1.0:blue",
          "DEFAULT_GROUP",
          "*",
          "*.example.com",
          "10.0.0.1",
          "0x7f000001",
          "42",
          "-web-",
          "..",
          "a..b",
          "a/b",
          "web-x234567abc",
          "größe",
          "服务",
          "💥",
          "\ud83d",
          "İstanbul",
          "ﬀ",
          "\u2126",
          " web ",
          "\n",
          "\u0000",
          "web\u202e",
          "localhost",
          "x".repeat(63),
          "x".repeat(64),
          "a-".repeat(150),
          "abc.".repeat(80) + "d");

  private static final List<String> ADDRESSES =
      List.of(
          "",
          " ",
          "10.0.0.256",
          "010.0.0.1",
          "10.0.1",
          "2130706433",
          "0x7f.1",
          "127.0.0.1",
          "127.8.8.8",
          "0.0.0.0",
          "169.254.1.1",
          "224.0.0.1",
          "255.255.255.255",
          "::",
          "::1",
          "[::1]",
          "fe80::1",
          "fe80::1%eth0",
          "[fe80::1%25eth0]",
          "ff02::1",
          "2001:DB8:0:0:0:0:0:1",
          "2001:db8::1",
          "[2001:db8::1]",
          "2001:db8::1%eth0",
          "::ffff:10.0.0.9",
          "::FFFF:127.0.0.1",
          "::ffff:a00:9",
          "1:2:3:4:5:6:7:8:9",
          "2001:db8::1::2",
          "2001:db8:0:1:1:1:1:1",
          "1:0:0:2:0:0:0:3",
          "64:ff9b::1.2.3.4",
          "localhost",
          "Host.Example.COM",
          "host.example.com.",
          "bad_host.example.com",
          "-bad.example.com",
          "host..example.com",
          "hôte.example.com",
          "\ud800.example.com",
          "unix:///var/run/app.sock",
          "http://10.0.0.1:80",
          "10.0.0.1:80",
          "10.0.0.1/32",
          "*",
          "h".repeat(64) + ".example.com",
          "h.".repeat(130) + "com");

  private static final List<String> KEYS =
      List.of(
          "version",
          "app",
          "env",
          "a.b_c-d",
          "istio.io/rev",
          "istio.io/dataplane-mode",
          "topology.istio.io/network",
          "security.istio.io/tlsMode",
          "SECURITY.ISTIO.IO/tlsMode",
          "networking.istio.io/tunnel",
          "app.kubernetes.io/name",
          "kubernetes.io/hostname",
          "topology.kubernetes.io/region",
          "node.k8s.io/x",
          "fairlead.io/registry",
          "notistio.io/ok",
          "example.com/team",
          "istio-locality",
          "",
          "/",
          "/name",
          "example.com/",
          "a/b/c",
          "-a",
          "a-",
          "a b",
          "größe",
          "\ud800",
          "k".repeat(63),
          "k".repeat(64),
          "p".repeat(254) + "/k",
          "protocol",
          "secure",
          "gRPC_port",
          "dubbo.endpoints",
          "preserved.register.source",
          "management.port",
          "region",
          "zone",
          "subzone");

  private static final List<String> VALUES =
      List.of(
          "",
          "v1",
          "v2",
          "V_1.2-3",
          "true",
          "false",
          "grpc",
          "HTTP",
          "http2",
          "tri",
          "dubbo",
          "http_proxy",
          "UnsupportedProtocol",
          "8080",
          "9090",
          "99999999999",
          "-1",
          "SPRING_CLOUD",
          "DUBBO",
          "[{\"port\":20880,\"protocol\":\"dubbo\"},{\"port\":8080,\"protocol\":\"tri\"}]",
          "[{\"port\":8080,\"protocol\":{\"x\":[1]}}]",
          "[{\"port\":99999999999999}",
          "{}",
          "canary",
          "canary,stable",
          " , ",
          "-v",
          "a b",
          "a/b",
          "a\nb",
          "größe",
          "\udc00",
          "💥",
          "disabled",
          "v".repeat(63),
          "v".repeat(64),
          "v".repeat(5000));

  private static final List<Double> WEIGHTS =
      List.of(
          0.0,
          -0.0,
          1.0,
          1.0,
          1.0,
          2.0,
          100.0,
          10_000.0,
          0.5,
          0.1,
          0.25,
          1.0 / 3,
          1e-9,
          Double.MIN_VALUE,
          1e6,
          1e9,
          Double.MAX_VALUE,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY,
          Double.NaN,
          -1.0,
          -0.5);

  private static final List<Integer> PORTS =
      List.of(
          8080,
          8080,
          8080,
          9090,
          80,
          1,
          65535,
          0,
          -1,
          65536,
          70_000,
          Integer.MAX_VALUE,
          Integer.MIN_VALUE);

  private static final List<String> TAGS =
      List.of(
          "http",
          "GRPC",
          "udp",
          "protocol=grpc",
          "protocol=",
          "service-port=9000",
          "service-port=x",
          "=",
          "primary",
          "",
          "\ud800",
          "v1");

  private final Random random;

  private HostileServices(long seed) {
    this.random = new Random(seed);
  }

  /** Returns that many services, no two of one identity. */
  public static List<Service> of(long seed, int count) {
    HostileServices hostile = new HostileServices(seed);
    Map<ServiceId, Service> services = new LinkedHashMap<>();
    for (int number = 0; services.size() < count; number++) {
      Service service = hostile.service(number);
      services.putIfAbsent(service.id(), service);
    }
    return List.copyOf(services.values());
  }

  /** Returns the same service with instances, metadata and tags in another order. */
  public static Service shuffled(Service service, Random random) {
    List<Instance> instances = new ArrayList<>();
    for (Instance instance : service.instances()) {
      List<String> tags = new ArrayList<>(instance.tags());
      Collections.shuffle(tags, random);
      instances.add(
          with(instance, instance.availability(), shuffled(instance.metadata(), random), tags));
    }
    Collections.shuffle(instances, random);
    List<String> tags = new ArrayList<>(service.tags());
    Collections.shuffle(tags, random);
    return new Service(
        service.id(),
        shuffled(service.variables(), random),
        shuffled(service.metadata(), random),
        tags,
        instances);
  }

  /**
   * Returns the same service with the health of its instances drawn again, and nothing else
   * changed.
   */
  public static Service withOtherHealth(Service service, Random random) {
    Availability[] availabilities = Availability.values();
    List<Instance> instances = new ArrayList<>();
    for (Instance instance : service.instances()) {
      Availability drawn = availabilities[random.nextInt(availabilities.length)];
      instances.add(with(instance, drawn, instance.metadata(), instance.tags()));
    }
    return new Service(
        service.id(), service.variables(), service.metadata(), service.tags(), instances);
  }

  private Service service(int number) {
    boolean sane = random.nextInt(4) == 0;
    ServiceId id =
        new ServiceId(
            random.nextBoolean() ? "" : text(NAMES),
            random.nextBoolean() ? "" : text(NAMES),
            sane ? "service-" + number : text(NAMES));
    List<Instance> instances = new ArrayList<>();
    int size = size();
    for (int i = 0; i < size; i++) {
      instances.add(sane ? sane(number, i) : hostile(i));
    }
    List<String> tags = tags();
    Map<String, String> variables =
        random.nextBoolean() ? Map.of() : Map.of("datacenter", text(NAMES));
    return new Service(id, variables, metadata(6), tags, instances);
  }

  private List<String> tags() {
    List<String> tags = new ArrayList<>();
    while (random.nextInt(3) == 0) {
      tags.add(one(TAGS));
    }
    return tags;
  }

  private int size() {
    int kind = random.nextInt(50);
    return kind == 0 ? 300 : kind < 5 ? 0 : 1 + random.nextInt(8);
  }

  private Instance sane(int service, int number) {
    return new Instance(
        "i" + number,
        "10." + service / 200 % 200 + "." + service % 200 + "." + (number % 250 + 1),
        8080,
        1,
        Availability.READY,
        new Locality("region", "zone", ""),
        Map.of("version", "v" + number % 2));
  }

  private Instance hostile(int number) {
    Availability[] availabilities = Availability.values();
    String id = "i" + number + (random.nextInt(20) == 0 ? "\ud800" : "");
    return new Instance(
        // Some share an id, as they do when the nodes of a registry disagree.
        random.nextInt(10) == 0 ? "same" : id,
        address(),
        one(PORTS),
        one(WEIGHTS),
        random.nextBoolean()
            ? Availability.READY
            : availabilities[random.nextInt(availabilities.length)],
        locality(),
        metadata(random.nextInt(30) == 0 ? 100 : 4),
        tags());
  }

  private String address() {
    return switch (random.nextInt(4)) {
      case 0 -> one(ADDRESSES);
      case 1 -> "host-" + random.nextInt(4) + ".example.com";
      default -> "10.0.0." + (1 + random.nextInt(12));
    };
  }

  private Locality locality() {
    return switch (random.nextInt(5)) {
      case 0 -> new Locality("region", "zone", "rack/1");
      case 1 -> new Locality("re gion", "zone", "");
      case 2 -> new Locality("region", "", "subzone");
      case 3 -> new Locality("region", text(NAMES), text(NAMES));
      default -> Locality.NONE;
    };
  }

  private Map<String, String> metadata(int most) {
    Map<String, String> metadata = new HashMap<>();
    int size = random.nextInt(most + 1);
    for (int i = 0; i < size; i++) {
      metadata.put(one(KEYS) + (most > 10 ? "-" + i : ""), text(VALUES));
    }
    return metadata;
  }

  /** Mostly one of the list, sometimes random characters, so that not all is known beforehand. */
  private String text(List<String> list) {
    if (random.nextInt(10) != 0) {
      return one(list);
    }
    StringBuilder text = new StringBuilder("r");
    int length = random.nextInt(80);
    for (int i = 0; i < length; i++) {
      text.append((char) random.nextInt(random.nextInt(4) == 0 ? 0x10000 : 0x80));
    }
    return text.toString();
  }

  private <T> T one(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private static Map<String, String> shuffled(Map<String, String> map, Random random) {
    List<Map.Entry<String, String>> entries = new ArrayList<>(map.entrySet());
    entries.sort(Map.Entry.comparingByKey());
    Collections.shuffle(entries, random);
    Map<String, String> shuffled = new LinkedHashMap<>();
    entries.forEach(entry -> shuffled.put(entry.getKey(), entry.getValue()));
    return shuffled;
  }

  private static Instance with(
      Instance instance,
      Availability availability,
      Map<String, String> metadata,
      List<String> tags) {
    return new Instance(
        instance.id(),
        instance.address(),
        instance.port(),
        instance.weight(),
        availability,
        instance.locality(),
        metadata,
        tags);
  }
}
