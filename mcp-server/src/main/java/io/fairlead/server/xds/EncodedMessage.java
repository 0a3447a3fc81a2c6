package io.fairlead.server.xds;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.versioning.Resource;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A discovery response as a rope: the bytes of its resources, which every response shares, between
 * a small head and a small tail. It is written straight into the transport's buffers, so that a
 * response of ten megabytes allocates nothing of its size here.
 *
 * <p>Protocol buffers allow this: a message's encoding is the concatenation of its fields'
 * encodings, and the resources are one repeated field.
 */
final class EncodedMessage {
  private final byte[] head;
  private final List<Resource> resources;
  private final byte[] tail;
  private final ResourceLayout layout;
  private final int size;

  private EncodedMessage(
      byte[] head, List<Resource> resources, byte[] tail, ResourceLayout layout) {
    this.head = head;
    this.resources = resources;
    this.tail = tail;
    this.layout = layout;
    long sum = (long) head.length + tail.length;
    for (Resource resource : resources) {
      sum += layout.prefixSize(resource) + resource.encoded().size();
    }
    this.size = Math.toIntExact(sum);
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
      resource.encoded().writeTo(output);
    }
    output.write(tail);
  }

  /** A stream that gRPC drains into its buffers. */
  InputStream stream() {
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
          byte[] prefix = new byte[response.layout.prefixSize(resource)];
          response.layout.writePrefix(resource, prefix);
          streams.add(new ByteArrayInputStream(prefix));
          streams.add(resource.encoded().newInput());
        }
        streams.add(new ByteArrayInputStream(response.tail));
        parts = new SequenceInputStream(Collections.enumeration(streams));
      }
      return parts;
    }
  }
}
