package io.fairlead.aggregation;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * A converted entry with its ServiceEntry as canonical bytes: what is kept of every service that a
 * registry has. As objects, the endpoints of a large registry take about ten times the memory, and
 * they are needed again only when something about the entry changes. Immutable; equal entries have
 * equal bytes.
 *
 * @param service the service it was converted from
 * @param key the resource it becomes
 * @param labels as in {@link ConvertedEntry}
 * @param annotations as in {@link ConvertedEntry}
 * @param revisions as in {@link ConvertedEntry}
 * @param createTime as in {@link ConvertedEntry}
 * @param body the ServiceEntry, without virtual IPs
 * @param endpoints number of endpoints
 * @param addressed whether the registry gave it addresses of its own
 */
record CompactEntry(
    ServiceId service,
    ResourceKey key,
    SortedMap<String, String> labels,
    SortedMap<String, String> annotations,
    SortedSet<String> revisions,
    Instant createTime,
    ByteString body,
    int endpoints,
    boolean addressed) {
  /** The type of every resource that is made here. */
  static final ResourceType TYPE = new ResourceType("networking.istio.io", "ServiceEntry");

  static CompactEntry of(ConvertedEntry entry) {
    return new CompactEntry(
        entry.service(),
        new ResourceKey(TYPE, entry.namespace() + "/" + entry.name()),
        entry.labels(),
        entry.annotations(),
        entry.revisions(),
        entry.createTime(),
        bytes(entry.entry()),
        entry.entry().getEndpointsCount(),
        entry.entry().getAddressesCount() > 0);
  }

  /** The host that a resource defines: its name is made so by the conversion. */
  static String hostOf(ResourceKey key) {
    return key.name().substring(key.name().indexOf('/') + 1);
  }

  String host() {
    return hostOf(key);
  }

  /** The entry as the conversion made it. */
  ConvertedEntry expand() {
    String name = key.name();
    try {
      return new ConvertedEntry(
          service,
          name.substring(0, name.indexOf('/')),
          host(),
          host(),
          labels,
          annotations,
          revisions,
          createTime,
          ServiceEntry.parseFrom(body));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(key + ": not a ServiceEntry", e);
    }
  }

  CompactEntry withoutEndpoints() {
    return endpoints == 0 ? this : of(expand().withoutEndpoints());
  }

  static ByteString bytes(MessageLite message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream output = CodedOutputStream.newInstance(bytes);
    output.useDeterministicSerialization();
    try {
      message.writeTo(output);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot fail on an array of the right size", e);
    }
    output.checkNoSpaceLeft();
    return UnsafeByteOperations.unsafeWrap(bytes);
  }
}
