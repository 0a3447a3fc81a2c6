package io.fairlead.server.xds;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.versioning.Resource;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A discovery response as a rope: the bytes of its resources, which every response shares, between
 * a small head and a small tail. It is written straight into the transport's buffers, so that a
 * response of ten megabytes allocates nothing of its size here.
 *
 * <p>Protocol buffers allow this: a message's encoding is the concatenation of its fields'
 * encodings, and the resources are one repeated field.
 */
final class EncodedMessage {
  private static final byte[] NOTHING = new byte[0];

  private final byte[] head;
  private final List<Resource> resources;
  private final byte[] tail;
  private final ResourceLayout layout;
  private final int size;
  // Null but for a message that cannot be written.
  private final @Nullable Status reset;

  private EncodedMessage(Status reset) {
    this.head = NOTHING;
    this.resources = List.of();
    this.tail = NOTHING;
    this.layout = ResourceLayout.STATE;
    this.size = 0;
    this.reset = reset;
  }

  private EncodedMessage(
      byte[] head, List<Resource> resources, byte[] tail, ResourceLayout layout) {
    this.head = head;
    this.resources = resources;
    this.tail = tail;
    this.layout = layout;
    long sum = (long) head.length + tail.length;
    for (Resource resource : resources) {
      sum += layout.size(resource);
    }
    this.size = Math.toIntExact(sum);
    this.reset = null;
  }

  /** A response of the state-of-the-world protocol. */
  static EncodedMessage state(
      String versionInfo, String typeUrl, String nonce, List<Resource> resources) {
    return new EncodedMessage(
        DiscoveryResponse.newBuilder().setVersionInfo(versionInfo).build().toByteArray(),
        resources,
        DiscoveryResponse.newBuilder().setTypeUrl(typeUrl).setNonce(nonce).build().toByteArray(),
        ResourceLayout.STATE);
  }

  /** A response of the incremental protocol. */
  static EncodedMessage delta(
      String versionInfo,
      String typeUrl,
      String nonce,
      List<Resource> changed,
      List<String> removed) {
    return new EncodedMessage(
        DeltaDiscoveryResponse.newBuilder().setSystemVersionInfo(versionInfo).build().toByteArray(),
        changed,
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(typeUrl)
            .setNonce(nonce)
            .addAllRemovedResources(removed)
            .build()
            .toByteArray(),
        ResourceLayout.DELTA);
  }

  /**
   * A response of the incremental variant of the state-of-the-world protocol: a removed resource is
   * one without a body. Its version is that of the response, since none that it had may stay.
   */
  static EncodedMessage incremental(
      String versionInfo,
      String typeUrl,
      String nonce,
      List<Resource> changed,
      List<String> removed) {
    DiscoveryResponse.Builder tail =
        DiscoveryResponse.newBuilder().setTypeUrl(typeUrl).setNonce(nonce);
    for (String name : removed) {
      tail.addResources(ResourceLayout.withoutBody(name, versionInfo));
    }
    return new EncodedMessage(
        DiscoveryResponse.newBuilder().setVersionInfo(versionInfo).build().toByteArray(),
        changed,
        tail.build().toByteArray(),
        ResourceLayout.INCREMENTAL);
  }

  /**
   * What resets its stream instead of being written: gRPC's only way for a server to drop what
   * waits to be written on a stream without ending the connection.
   */
  static EncodedMessage reset(Status status) {
    return new EncodedMessage(status);
  }

  /** Number of bytes on the wire, without the frame around it. */
  int size() {
    return size;
  }

  int resourceCount() {
    return resources.size();
  }

  void writeTo(OutputStream output) throws IOException {
    output.write(head);
    byte[] prefix = new byte[ResourceLayout.LONGEST_PREFIX];
    for (Resource resource : resources) {
      output.write(prefix, 0, layout.writePrefix(resource, prefix));
      layout.shared(resource).writeTo(output);
      output.write(layout.suffix(resource));
    }
    output.write(tail);
  }

  /** A stream that gRPC drains into its buffers. */
  InputStream stream() {
    if (reset != null) {
      throw reset.asRuntimeException();
    }
    return new Rope(this);
  }

  /** Read once, by the transport; not thread-safe. */
  private static final class Rope extends InputStream implements Drainable, KnownLength {
    private final EncodedMessage response;
    private boolean drained;
    // Only made when somebody reads instead of draining (a compressor, an in-process transport).
    private InputStream parts = InputStream.nullInputStream();
    private boolean reading;
    private int read;

    Rope(EncodedMessage response) {
      this.response = response;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      if (reading || drained) {
        throw new IllegalStateException("drained after it was read (expected: either, once)");
      }
      response.writeTo(target);
      drained = true;
      return response.size;
    }

    @Override
    public int available() {
      return drained ? 0 : response.size - read;
    }

    @Override
    public int read() throws IOException {
      int value = parts().read();
      read += value >= 0 ? 1 : 0;
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = parts().read(target, offset, length);
      read += Math.max(count, 0);
      return count;
    }

    private InputStream parts() {
      if (drained) {
        return InputStream.nullInputStream();
      }
      if (!reading) {
        reading = true;
        List<InputStream> streams = new ArrayList<>();
        streams.add(new ByteArrayInputStream(response.head));
        for (Resource resource : response.resources) {
          byte[] prefix = new byte[ResourceLayout.LONGEST_PREFIX];
          int length = response.layout.writePrefix(resource, prefix);
          streams.add(new ByteArrayInputStream(prefix, 0, length));
          streams.add(response.layout.shared(resource).newInput());
          streams.add(new ByteArrayInputStream(response.layout.suffix(resource)));
        }
        streams.add(new ByteArrayInputStream(response.tail));
        parts = new SequenceInputStream(Collections.enumeration(streams));
      }
      return parts;
    }
  }
}
