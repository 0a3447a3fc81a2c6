package io.fairlead.aggregation;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Origin;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A converted entry as it is kept of every service that a registry has. As objects, the endpoints
 * of a large registry take about ten times the memory of canonical bytes, and they are needed again
 * only when something about the entry changes.
 *
 * <p>The bytes of an entry that is served are in its {@link Resource} already, so from then on it
 * keeps no copy of its own and reads its content from there, without the virtual IPs. Callers
 * cannot tell the difference.
 *
 * <p>Made by any thread; once it was handed to the commit thread it is confined to that one, since
 * {@link #servedAs} exchanges what is behind it. What it says never changes. Equal entries have
 * equal bytes; the place in the order of creation is no part of that.
 */
final class CompactEntry {
  /** The type of every resource that is made here. */
  static final ResourceType TYPE = new ResourceType("networking.istio.io", "ServiceEntry");

  /**
   * The place in the order of creation of a service whose registry keeps none: after all others.
   */
  static final long NO_INDEX = Long.MAX_VALUE;

  private static final int ADDRESSED = 1;
  private static final int MERGING = 2;
  private static final int SELECTING = 4;
  private static final int FLAGS = 8;

  private final ServiceId service;
  // Most entries that are compared differ, which this tells without a look at the bytes; 0: of one
  // that came from the store it is not known yet.
  private int hash;
  // Eight times their number, and one more if it is addressed, two more if it is merging, four more
  // if pods are its endpoints: a field less is eight bytes less. Negative: of one that came from
  // the store they are not counted yet, since a start is urgent.
  private int endpoints;
  // No part of what it says: it decides who has a host, and changes as instances are replaced.
  private long creationIndex;
  // Of the two one is set.
  private @Nullable Own own;
  private @Nullable Resource resource;

  /** The content that is not in a resource yet. */
  private record Own(ResourceKey key, EntryContent content) {}

  private CompactEntry(
      ServiceId service, int endpoints, boolean addressed, boolean merging, long creationIndex) {
    this.service = service;
    this.creationIndex = creationIndex;
    this.endpoints = endpoints * FLAGS + (addressed ? ADDRESSED : 0) + (merging ? MERGING : 0);
  }

  /** The same entry, whose resource was made of something else than it was known to be. */
  CompactEntry madeOf(ServiceOrigin origin, Origin stored) {
    return stored(origin, resource().withOrigin(stored));
  }

  /** Whether the store knows of which service its resource was made. */
  boolean isOfKnownOrigin() {
    return isMerging() || (resource != null && ServiceOrigin.isKnown(resource));
  }

  /** An entry of which a former process made a resource. */
  static CompactEntry stored(ServiceOrigin origin, Resource resource) {
    return stored(origin, resource, false);
  }

  /**
   * An entry of which a former process made a resource.
   *
   * @param merging whether it is merged with others of its host
   */
  static CompactEntry stored(ServiceOrigin origin, Resource resource, boolean merging) {
    CompactEntry entry =
        new CompactEntry(origin.service(), -1, origin.addressed(), merging, NO_INDEX);
    entry.resource = resource;
    return entry;
  }

  /** The entry of a service whose registry keeps no order of creation. */
  static CompactEntry of(ConvertedEntry entry) {
    return of(entry, NO_INDEX, false);
  }

  /**
   * An entry.
   *
   * @param creationIndex the service's place in its registry's order of creation, the lower the
   *     older; {@link #NO_INDEX} if there is none
   * @param merging whether it is merged with others of its host
   */
  static CompactEntry of(ConvertedEntry entry, long creationIndex, boolean merging) {
    CompactEntry compact =
        new CompactEntry(
            entry.service(),
            entry.entry().getEndpointsCount(),
            entry.entry().getAddressesCount() > 0,
            merging,
            creationIndex);
    if (entry.entry().hasWorkloadSelector()) {
      compact.endpoints |= SELECTING;
    }
    compact.own =
        new Own(
            new ResourceKey(TYPE, entry.namespace() + "/" + entry.name()),
            new EntryContent(
                entry.labels(),
                entry.annotations(),
                entry.revisions(),
                entry.createTime(),
                bytes(entry.entry())));
    // Now, on the thread of an adapter.
    compact.hash = compact.hashOfContent();
    return compact;
  }

  private int hashOfContent() {
    return 31 * new Own(key(), content()).hashCode() + service.hashCode();
  }

  /** Another entry of the same service, as old as this one. */
  CompactEntry changed(ConvertedEntry entry) {
    return of(entry, creationIndex, isMerging());
  }

  /** The host that a resource defines: its name is made so by the conversion. */
  static String hostOf(ResourceKey key) {
    return key.name().substring(key.name().indexOf('/') + 1);
  }

  /** The service it was converted from. */
  ServiceId service() {
    return service;
  }

  /** The name that it is served under. */
  ResourceKey key() {
    return own != null ? own.key() : resource().key();
  }

  /** Number of endpoints of its own. */
  int endpoints() {
    return counted() / FLAGS;
  }

  /**
   * Number of endpoints that are lost if it goes: those of its own, or one if pods are its
   * endpoints, since nobody here knows how many they are.
   */
  int endpointsToLose() {
    return (counted() & SELECTING) != 0 ? 1 : counted() / FLAGS;
  }

  private int counted() {
    if (endpoints < 0) {
      endpoints =
          EntryContent.endpoints(resource()) * FLAGS
              + (endpoints & (FLAGS - 1))
              + (EntryContent.isSelecting(resource()) ? SELECTING : 0);
    }
    return endpoints;
  }

  /** Whether the registry gave it addresses of its own. */
  boolean addressed() {
    return (endpoints & ADDRESSED) != 0;
  }

  /** Whether it is to be merged with others of its host. */
  boolean isMerging() {
    return (endpoints & MERGING) != 0;
  }

  String host() {
    return hostOf(key());
  }

  /** Whether it defines a host; no object is made to find out. */
  boolean isOfHost(String host) {
    String name = key().name();
    int begin = name.length() - host.length();
    return begin > 0 && name.charAt(begin - 1) == '/' && name.endsWith(host);
  }

  /** The hash code of its host; no object is made to find out. */
  int hashOfHost() {
    String name = key().name();
    int code = 0;
    for (int i = name.indexOf('/') + 1; i < name.length(); i++) {
      code = 31 * code + name.charAt(i);
    }
    return code;
  }

  /** The service's place in its registry's order of creation; {@link #NO_INDEX} if it has none. */
  long creationIndex() {
    return creationIndex;
  }

  /** Changes the place in the order of creation, which is no part of the content. */
  void createdAt(long index) {
    creationIndex = index;
  }

  /** What it says, without virtual IPs. */
  EntryContent content() {
    return own != null ? own.content() : EntryContent.of(resource(), addressed());
  }

  /** Records the resource that was made of it: from now on its content is read from there. */
  void servedAs(Resource served) {
    resource = served;
    own = null;
  }

  /** The resource that was made of it, if it is served or was. */
  @Nullable Resource served() {
    return resource;
  }

  /** The virtual IPs that it is served with; none if it is not, or if it has its own addresses. */
  List<String> virtualIps() {
    return resource == null || addressed() ? List.of() : EntryContent.addresses(resource);
  }

  private Resource resource() {
    return Objects.requireNonNull(resource, "resource");
  }

  /** The entry as the conversion made it. */
  ConvertedEntry expand() {
    String name = key().name();
    EntryContent content = content();
    try {
      return new ConvertedEntry(
          service,
          name.substring(0, name.indexOf('/')),
          host(),
          host(),
          content.labels(),
          content.annotations(),
          content.revisions(),
          content.createTime(),
          ServiceEntry.parseFrom(content.body()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(key() + ": not a ServiceEntry", e);
    }
  }

  CompactEntry withoutEndpoints() {
    return endpoints() == 0 ? this : changed(expand().withoutEndpoints());
  }

  /** The same entry of an alias, of the host that its service has. */
  CompactEntry aliasOf(String host) {
    return host.equals(content().annotations().get(ConvertedEntry.ALIAS_ANNOTATION))
        ? this
        : changed(expand().aliasOf(host));
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

  @Override
  public boolean equals(@Nullable Object object) {
    return this == object
        || (object instanceof CompactEntry other
            && (hash == other.hash || hash == 0 || other.hash == 0)
            && service.equals(other.service)
            && key().equals(other.key())
            && addressed() == other.addressed()
            && isMerging() == other.isMerging()
            && endpoints() == other.endpoints()
            && content().equals(other.content()));
  }

  @Override
  public int hashCode() {
    if (hash == 0) {
      hash = hashOfContent();
    }
    return hash;
  }

  @Override
  public String toString() {
    return key() + " of " + service + ", endpoints: " + endpoints();
  }
}
