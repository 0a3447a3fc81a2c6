package io.fairlead.versioning;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import io.fairlead.istio.mcp.v1alpha1.Metadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One resource in its served form: encoded once, when it changes, and shared by every snapshot,
 * view, response and client. Immutable.
 *
 * <p>The bytes are those of a {@code google.protobuf.Any} that holds an {@code
 * istio.mcp.v1alpha1.Resource}, which is what a discovery response carries under every group
 * version that is asked for.
 */
public final class Resource {
  /** Type URL of the envelope that istiod expects around every resource. */
  public static final String ENVELOPE_TYPE_URL = "type.googleapis.com/istio.mcp.v1alpha1.Resource";

  private final ResourceKey key;
  private final String version;
  private final Set<String> revisions;
  private final ByteString encoded;
  private final Origin origin;

  private Resource(
      ResourceKey key, String version, Set<String> revisions, ByteString encoded, Origin origin) {
    this.key = key;
    this.version = version;
    this.revisions = Set.copyOf(revisions);
    this.encoded = encoded;
    this.origin = origin;
  }

  /**
   * Encodes content of an unknown origin and gives it its version: the digest of the encoded
   * envelope without a version. The name, the labels, the annotations, the creation time and the
   * body are in it, since a change of any of them is something that istiod would see.
   */
  @SuppressWarnings("JavaInstantGetSecondsGetNano") // seconds and nanos are what a Timestamp has
  public static Resource encode(ResourceContent content) {
    Metadata.Builder metadata =
        Metadata.newBuilder()
            .setName(content.key().name())
            .setCreateTime(
                Timestamp.newBuilder()
                    .setSeconds(content.createTime().getEpochSecond())
                    .setNanos(content.createTime().getNano()))
            .putAllLabels(content.labels())
            .putAllAnnotations(content.annotations());
    Any body = Any.newBuilder().setTypeUrl(content.bodyTypeUrl()).setValue(content.body()).build();
    io.fairlead.istio.mcp.v1alpha1.Resource.Builder envelope =
        io.fairlead.istio.mcp.v1alpha1.Resource.newBuilder().setMetadata(metadata).setBody(body);
    String version = Digest.version(canonical(envelope.build()));
    byte[] versioned = canonical(envelope.setMetadata(metadata.setVersion(version)).build());
    Any any =
        Any.newBuilder()
            .setTypeUrl(ENVELOPE_TYPE_URL)
            .setValue(UnsafeByteOperations.unsafeWrap(versioned))
            .build();
    return new Resource(
        content.key(),
        version,
        content.revisions(),
        UnsafeByteOperations.unsafeWrap(canonical(any)),
        Origin.UNKNOWN);
  }

  /** Returns a resource as a store kept it: the parts that {@link #encode} made, unchanged. */
  public static Resource stored(
      ResourceKey key, String version, Set<String> revisions, ByteString encoded, Origin origin) {
    return new Resource(key, version, revisions, encoded, origin);
  }

  /** Returns the same resource made of something else. */
  public Resource withOrigin(Origin other) {
    return origin.equals(other) ? this : new Resource(key, version, revisions, encoded, other);
  }

  // Protocol buffers do not promise canonical bytes; deterministic mode sorts the maps, and the
  // golden files of the tests show any other difference that a library upgrade would bring.
  private static byte[] canonical(MessageLite message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream output = CodedOutputStream.newInstance(bytes);
    output.useDeterministicSerialization();
    try {
      message.writeTo(output);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot fail on an array of the right size", e);
    }
    output.checkNoSpaceLeft();
    return bytes;
  }

  /** Returns its identity. */
  public ResourceKey key() {
    return key;
  }

  /** Returns its version: the same for the same content, everywhere and for good. */
  public String version() {
    return version;
  }

  /** Returns the Istio revisions that may see it; empty: all. */
  public Set<String> revisions() {
    return revisions;
  }

  /** Whether a client of that revision may see it; the empty revision sees everything. */
  public boolean isVisibleTo(String revision) {
    return revision.isEmpty() || revisions.isEmpty() || revisions.contains(revision);
  }

  /** Returns the encoded {@code google.protobuf.Any}; not to be modified. */
  public ByteString encoded() {
    return encoded;
  }

  /** Returns the thing that it was made of. */
  public Origin origin() {
    return origin;
  }

  /** Returns the envelope, decoded anew on each call: for showing it to people, not for serving. */
  public io.fairlead.istio.mcp.v1alpha1.Resource decode() {
    try {
      return io.fairlead.istio.mcp.v1alpha1.Resource.parseFrom(Any.parseFrom(encoded).getValue());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(key + ": not an encoded resource", e);
    }
  }

  /**
   * Returns one of its labels, without decoding the rest.
   *
   * @return empty if it has no such label
   */
  public String label(String name) {
    try {
      return Envelope.of(encoded).label(name);
    } catch (IOException e) {
      throw new IllegalStateException(key + ": not an encoded resource", e);
    }
  }

  /** Returns its parts, without decoding them. */
  public Envelope envelope() {
    try {
      return Envelope.of(encoded);
    } catch (IOException e) {
      throw new IllegalStateException(key + ": not an encoded resource", e);
    }
  }

  /**
   * Whether the other one is the same resource with the same content and the same audience,
   * whatever the two were made of.
   */
  public boolean sameAs(@Nullable Resource other) {
    return this == other
        || (other != null
            && key.equals(other.key)
            && version.equals(other.version)
            && revisions.equals(other.revisions));
  }

  @Override
  public String toString() {
    return key + "@" + version;
  }
}
