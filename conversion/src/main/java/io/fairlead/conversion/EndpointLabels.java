package io.fairlead.conversion;

import io.fairlead.common.LabelSyntax;
import io.fairlead.registry.Instance;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The labels of endpoints: the metadata of the instance over that of the service, as far as it is
 * legal, not reserved and within the caps. Keys of the service's metadata that the conversion
 * itself reads (protocol, locality, revision) do not become labels of every endpoint. What
 * frameworks write anew at each start ({@link StartMarks}) becomes none: it says nothing about
 * where requests may go, and would be a push to every proxy for each restart.
 */
final class EndpointLabels {
  static final int MAX_LABELS = 32;
  static final int MAX_CHARACTERS = 4096;

  /** The keys without a prefix that have a meaning to Istio. */
  private static final Set<String> RESERVED_KEYS = Set.of("istio-locality");

  /** Prefixes that only Istio, Kubernetes and Fairlead set, with everything below them. */
  private static final List<String> RESERVED_DOMAINS =
      List.of("istio.io", "kubernetes.io", "k8s.io", "fairlead.io");

  private static final Set<String> READ_OF_SERVICE =
      Set.of(
          ProtocolChoice.PROTOCOL,
          ProtocolChoice.SECURE,
          ProtocolChoice.GRPC_PORT,
          ProtocolChoice.DUBBO_ENDPOINTS,
          ProtocolChoice.SOURCE,
          Ports.SERVICE_PORT,
          Localities.REGION,
          Localities.ZONE,
          Localities.SUBZONE);

  /** The keys that subsets use, which come first if not all fit. */
  private static final Comparator<String> ORDER =
      Comparator.comparing((String key) -> !key.equals("version"))
          .thenComparing(key -> !key.equals("app"))
          .thenComparing(Comparator.naturalOrder());

  private final String revisionKey;
  private final Map<String, String> serviceLabels;

  EndpointLabels(String revisionKey, Map<String, String> serviceMetadata, FindingLog log) {
    this.revisionKey = revisionKey;
    Map<String, String> labels = new TreeMap<>(ORDER);
    serviceMetadata.forEach(
        (key, value) -> {
          boolean read = READ_OF_SERVICE.contains(key) || key.equals(revisionKey);
          if (!read && !StartMarks.isOne(key, value)) {
            if (isLabel(key, value)) {
              labels.put(key, value);
            } else {
              log.add(reason(key), detail(key, value));
            }
          }
        });
    this.serviceLabels = labels;
  }

  /** Returns the labels of one endpoint. */
  SortedMap<String, String> of(Instance instance, FindingLog log) {
    SortedMap<String, String> own = new TreeMap<>(ORDER);
    instance
        .metadata()
        .forEach(
            (key, value) -> {
              if (StartMarks.isOne(key, value)) {
                return;
              }
              if (isLabel(key, value)) {
                own.put(key, value);
              } else if (!key.equals(revisionKey) && !key.equals(ProtocolChoice.DUBBO_ENDPOINTS)) {
                log.add(reason(key), instance.id(), detail(key, value));
              }
            });
    SortedMap<String, String> labels = new TreeMap<>();
    int characters = add(own, labels, 0, instance, log);
    add(serviceLabels, labels, characters, instance, log);
    return labels;
  }

  private static int add(
      Map<String, String> from,
      SortedMap<String, String> to,
      int charactersBefore,
      Instance instance,
      FindingLog log) {
    int characters = charactersBefore;
    for (Map.Entry<String, String> label : from.entrySet()) {
      String key = label.getKey();
      if (to.containsKey(key)) {
        continue;
      }
      int length = key.length() + label.getValue().length();
      if (to.size() < MAX_LABELS && characters + length <= MAX_CHARACTERS) {
        to.put(key, label.getValue());
        characters += length;
      } else {
        log.add(Reason.LABELS_CAPPED, instance.id(), key);
      }
    }
    return characters;
  }

  private boolean isLabel(String key, String value) {
    return !key.equals(revisionKey)
        && LabelSyntax.isKey(key)
        && LabelText.isValue(value)
        && !isReserved(key);
  }

  private static Reason reason(String key) {
    return isReserved(key) ? Reason.LABEL_RESERVED : Reason.LABEL_ILLEGAL;
  }

  private static String detail(String key, String value) {
    return LabelSyntax.isKey(key) && LabelText.isValue(value) ? key : key + "=" + value;
  }

  private static boolean isReserved(String key) {
    if (RESERVED_KEYS.contains(key)) {
      return true;
    }
    int slash = key.indexOf('/');
    if (slash < 0) {
      return false;
    }
    for (String domain : RESERVED_DOMAINS) {
      int from = slash - domain.length();
      if (from >= 0
          && key.regionMatches(true, from, domain, 0, domain.length())
          && (from == 0 || key.charAt(from - 1) == '.')) {
        return true;
      }
    }
    return false;
  }
}
