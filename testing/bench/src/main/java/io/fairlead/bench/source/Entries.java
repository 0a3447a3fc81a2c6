package io.fairlead.bench.source;

import io.fairlead.conversion.Conversion;
import io.fairlead.conversion.ConversionPolicy;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.conversion.Converter;
import io.fairlead.conversion.HostTemplate;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import java.util.ArrayList;
import java.util.List;

/** The resources that generated services become, made by the product's own classes. */
public final class Entries {
  private static final ResourceType TYPE = new ResourceType("networking.istio.io", "ServiceEntry");
  private static final Converter CONVERTER =
      new Converter(
          ConversionPolicy.builder("load")
              .host(HostTemplate.parse("{service}.mesh"))
              .namespace(HostTemplate.parse("mesh"))
              .protocol("http")
              .build());

  private Entries() {}

  /** Returns the entry of a service, converted. */
  public static ConvertedEntry entry(int number, int instances, int edition) {
    Conversion conversion = CONVERTER.convert(Services.service(number, instances, edition));
    if (conversion instanceof Conversion.Converted converted) {
      return converted.entry();
    }
    throw new IllegalStateException("refused: " + conversion.findings());
  }

  /** Returns a resource of about 900 bytes with ten instances. */
  public static Resource resource(int number, int instances, int edition) {
    return encode(entry(number, instances, edition).withAddresses(List.of("241.0.0.1")));
  }

  /** Encodes an entry. */
  public static Resource encode(ConvertedEntry entry) {
    return Resource.encode(
        new ResourceContent(
            new ResourceKey(TYPE, entry.namespace() + "/" + entry.name()),
            entry.labels(),
            entry.annotations(),
            entry.revisions(),
            entry.createTime(),
            "type.googleapis.com/istio.networking.v1alpha3.ServiceEntry",
            entry.entry().toByteString()));
  }

  /**
   * Returns the resources of the services from {@code from} (inclusive) to {@code to} (exclusive).
   */
  public static List<Resource> range(int from, int to, int instances, int edition) {
    List<Resource> all = new ArrayList<>(to - from);
    for (int number = from; number < to; number++) {
      all.add(resource(number, instances, edition));
    }
    return all;
  }
}
