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
 * Where the protocol and the port of each service of a registry are from, in words. Services are
 * noted by any thread, and the last word about each counts.
 */
final class Origin {
  /** Of a registry that was not read. */
  static final Origin NONE = new Origin(ConversionPolicy.builder("none").build());

  private final Converter converter;
  private final Map<ServiceId, String> texts = new ConcurrentHashMap<>();

  Origin(ConversionPolicy policy) {
    converter = new Converter(policy);
  }

  void note(Service service) {
    if (converter.convert(service) instanceof Conversion.Converted converted) {
      ServicePort port = converted.entry().entry().getPorts(0);
      texts.put(
          service.id(),
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
  }

  /** The text of a service; empty if it is not served. */
  String of(ServiceId service) {
    return texts.getOrDefault(service, "");
  }
}
