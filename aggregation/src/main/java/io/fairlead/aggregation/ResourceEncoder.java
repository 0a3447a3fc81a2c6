package io.fairlead.aggregation;

import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import java.util.List;

/** Makes the resource that is served for an entry. */
@FunctionalInterface
interface ResourceEncoder {
  /** The real one. */
  ResourceEncoder SERVICE_ENTRY = ResourceEncoder::serviceEntry;

  /** The type URL of the message inside, under whatever version istiod asks for it. */
  String BODY_TYPE_URL = "type.googleapis.com/istio.networking.v1alpha3.ServiceEntry";

  /**
   * Encodes an entry.
   *
   * @param virtualIps addresses it is given; none if it keeps its own
   */
  Resource encode(CompactEntry entry, List<String> virtualIps);

  private static Resource serviceEntry(CompactEntry entry, List<String> virtualIps) {
    ConvertedEntry expanded = entry.expand();
    ConvertedEntry addressed = virtualIps.isEmpty() ? expanded : expanded.withAddresses(virtualIps);
    return Resource.encode(
        new ResourceContent(
            entry.key(),
            expanded.labels(),
            expanded.annotations(),
            expanded.revisions(),
            expanded.createTime(),
            BODY_TYPE_URL,
            CompactEntry.bytes(addressed.entry())));
  }
}
