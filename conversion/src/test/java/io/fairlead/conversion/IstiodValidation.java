package io.fairlead.conversion;

import com.google.protobuf.InvalidProtocolBufferException;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A second implementation of istiod's validation (1.18 to 1.31) of a ServiceEntry, independent of
 * the conversion's own rules so that the two can be compared, with the refusals of Kubernetes and
 * Envoy beyond it. The source of the rules is Istio's {@code ValidateServiceEntry}.
 */
final class IstiodValidation {
  private static final Pattern LABEL =
      Pattern.compile("[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?");
  private static final Pattern LABEL_KEY =
      Pattern.compile(
          "(?:([a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?"
              + "(?:\\.[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*)/)?"
              + "((?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("((?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?");
  private static final Pattern KUBERNETES_NAME =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+");
  private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

  private static final Set<String> PROTOCOLS =
      Set.of(
          "tcp",
          "udp",
          "grpc",
          "grpc-web",
          "http",
          "http_proxy",
          "http2",
          "https",
          "tls",
          "mongo",
          "redis",
          "mysql");

  private final List<String> problems = new ArrayList<>();

  private IstiodValidation() {}

  /** Returns the problems that istiod, Kubernetes or Envoy would find; empty if it is accepted. */
  static List<String> problems(ConvertedEntry converted) {
    IstiodValidation validation = new IstiodValidation();
    validation.metadata(converted);
    validation.entry(converted.namespace(), converted.entry());
    validation.text(converted);
    validation.envoy(converted.entry());
    return validation.problems;
  }

  private void metadata(ConvertedEntry converted) {
    require(
        converted.name().length() <= 253 && KUBERNETES_NAME.matcher(converted.name()).matches(),
        "name " + converted.name());
    require(
        converted.namespace().length() <= 63
            && KUBERNETES_NAME.matcher(converted.namespace()).matches()
            && !converted.namespace().contains("."),
        "namespace " + converted.namespace());
    labels(converted.labels());
    for (String key : converted.annotations().keySet()) {
      require(isLabelKey(key), "annotation " + key);
    }
  }

  private void entry(String namespace, ServiceEntry entry) {
    require(!entry.hasWorkloadSelector() || entry.getEndpointsCount() == 0, "selector, endpoints");
    require(entry.getHostsCount() > 0, "no host");
    for (String host : entry.getHostsList()) {
      require(!host.equals("*") && isFqdn(host), "host " + host);
    }
    for (String address : entry.getAddressesList()) {
      require(isIp(address), "address " + address);
    }
    Set<String> names = new HashSet<>();
    Set<Integer> numbers = new HashSet<>();
    for (ServicePort port : entry.getPortsList()) {
      require(names.add(port.getName()), "port name twice: " + port.getName());
      require(numbers.add(port.getNumber()), "port number twice: " + port.getNumber());
      port(port.getName(), port.getNumber());
      require(port.getTargetPort() == 0 || isPort(port.getTargetPort()), "target port");
      // istiod makes no cluster and no listener of UDP.
      require(!port.getProtocol().equalsIgnoreCase("udp"), "protocol UDP");
      require(
          PROTOCOLS.contains(port.getProtocol().toLowerCase(Locale.ROOT)),
          "protocol " + port.getProtocol());
    }
    for (WorkloadEntry endpoint : entry.getEndpointsList()) {
      endpoint(entry.getResolution(), endpoint, names);
    }
    switch (entry.getResolution()) {
      case STATIC -> {}
      case DNS ->
          // istiod would have proxies resolve the host itself.
          require(entry.getEndpointsCount() > 0, "DNS without endpoints");
      default -> problems.add("resolution " + entry.getResolution());
    }
    exportTo(namespace, entry.getExportToList());
  }

  private void endpoint(
      ServiceEntry.Resolution resolution, WorkloadEntry endpoint, Set<String> portNames) {
    String address = endpoint.getAddress();
    require(
        isIp(address) || (resolution == ServiceEntry.Resolution.DNS && isFqdn(address)),
        "endpoint address " + address);
    for (Map.Entry<String, Integer> port : endpoint.getPortsMap().entrySet()) {
      require(portNames.contains(port.getKey()), "endpoint port " + port.getKey() + " undefined");
      port(port.getKey(), port.getValue());
    }
    labels(endpoint.getLabelsMap());
  }

  private void exportTo(String namespace, List<String> exportTo) {
    Set<String> seen = new HashSet<>();
    for (String target : exportTo) {
      require(seen.add(target.equals(".") ? namespace : target), "exportTo twice: " + target);
      boolean alone = target.equals("*") || target.equals("~");
      require(!alone || exportTo.size() == 1, "exportTo " + target + " with others");
      require(alone || target.equals(".") || isLabel(target), "exportTo " + target);
    }
  }

  private void labels(Map<String, String> labels) {
    labels.forEach(
        (key, value) -> {
          require(isLabelKey(key), "label key " + key);
          require(
              value.length() <= 63 && LABEL_VALUE.matcher(value).matches(), "label value " + value);
        });
  }

  private void port(String name, int number) {
    require(isLabel(name), "port name " + name);
    require(isPort(number), "port number " + number);
  }

  /** Go's decoder refuses text that is not UTF-8, and Java's encoder writes '?' in its place. */
  private void text(ConvertedEntry converted) {
    try {
      require(
          ServiceEntry.parseFrom(converted.entry().toByteArray()).equals(converted.entry()),
          "text that is not UTF-8");
    } catch (InvalidProtocolBufferException e) {
      problems.add("not readable: " + e.getMessage());
    }
    for (String value : converted.annotations().values()) {
      require(
          value.equals(
              new String(
                  value.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                  java.nio.charset.StandardCharsets.UTF_8)),
          "annotation that is not UTF-8");
    }
  }

  /** Envoy refuses a cluster whose endpoints' weights add up to more than an unsigned integer. */
  private void envoy(ServiceEntry entry) {
    long sum = 0;
    Set<String> keys = new HashSet<>();
    for (WorkloadEntry endpoint : entry.getEndpointsList()) {
      sum += Math.max(1, Integer.toUnsignedLong(endpoint.getWeight()));
      int port =
          endpoint
              .getPortsMap()
              .getOrDefault(entry.getPorts(0).getName(), entry.getPorts(0).getNumber());
      require(keys.add(endpoint.getAddress() + " " + port), "endpoint twice: " + endpoint);
      require(!endpoint.getLocality().matches(".*(//|/$|^/).*"), "locality " + endpoint);
      require(endpoint.getLocality().split("/").length <= 3, "locality " + endpoint);
    }
    require(sum <= 0xffff_ffffL, "sum of weights " + sum);
  }

  private void require(boolean condition, String problem) {
    if (!condition) {
      problems.add(problem);
    }
  }

  private static boolean isPort(int number) {
    return number >= 1 && number <= 65535;
  }

  private static boolean isLabel(String text) {
    return LABEL.matcher(text).matches();
  }

  private static boolean isLabelKey(String key) {
    Matcher matcher = LABEL_KEY.matcher(key);
    return matcher.matches()
        && (matcher.group(1) == null || matcher.group(1).length() <= 253)
        && matcher.group(2).length() <= 63;
  }

  private static boolean isFqdn(String name) {
    if (name.isEmpty() || name.length() > 255) {
      return false;
    }
    String[] labels = name.split("\\.", -1);
    if (NUMBER.matcher(labels[labels.length - 1]).matches()) {
      return false;
    }
    for (String label : labels) {
      if (!isLabel(label)) {
        return false;
      }
    }
    return true;
  }

  static boolean isIp(String text) {
    if (IPV4.matcher(text).matches()) {
      return true;
    }
    if (!IPV6.matcher(text).matches()) {
      return false;
    }
    try {
      // A text with a colon is never resolved.
      return InetAddress.getByName(text).getAddress().length > 0;
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
