package io.fairlead.server.cli;

import io.fairlead.conversion.Conversion;
import io.fairlead.conversion.ConversionPolicy;
import io.fairlead.conversion.Converter;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An index of where the protocol and the port of each service of a registry come from, in words.
 * Any thread may add services; the last state of each counts.
 */
final class OriginIndex {
  /** The index of a registry that was not read. */
  static final OriginIndex NONE = new OriginIndex(ConversionPolicy.builder("none").build());

  private final Converter converter;
  private final Map<ServiceId, String> texts = new ConcurrentHashMap<>();

  OriginIndex(ConversionPolicy policy) {
    converter = new Converter(policy);
  }

  void note(Service service) {
    for (Conversion conversion : converter.convertAll(service)) {
      if (conversion instanceof Conversion.Converted converted) {
        note(converted);
      }
    }
  }

  private void note(Conversion.Converted converted) {
    ServicePort port = converted.entry().entry().getPorts(0);
    texts.put(
        converted.service(),
        "protocol: "
            + port.getProtocol().toLowerCase(Locale.ROOT)
            + " (from: "
            + converted.origins().protocol()
            + "), port: "
            + port.getNumber()
            + " (from: "
            + converted.origins().port()
            + ")");
  }

  /** Returns the text of a service; empty if it is not served. */
  String of(ServiceId service) {
    return texts.getOrDefault(service, "");
  }
}
