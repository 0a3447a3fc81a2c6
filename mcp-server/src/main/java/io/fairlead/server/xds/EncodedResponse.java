package io.fairlead.server.xds;

import com.google.protobuf.CodedOutputStream;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.versioning.Resource;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
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
final class EncodedResponse {
  private static final int RESOURCES = DiscoveryResponse.RESOURCES_FIELD_NUMBER;

  private final byte[] head;
  private final List<Resource> resources;
  private final byte[] tail;
  private final int size;

  private EncodedResponse(byte[] head, List<Resource> resources, byte[] tail) {
    this.head = head;
    this.resources = resources;
    this.tail = tail;
    long sum = (long) head.length + tail.length;
    for (Resource resource : resources) {
      sum += CodedOutputStream.computeBytesSize(RESOURCES, resource.encoded());
    }
    this.size = Math.toIntExact(sum);
  }

  static EncodedResponse of(
      String versionInfo, String typeUrl, String nonce, List<Resource> resources) {
    return new EncodedResponse(
        DiscoveryResponse.newBuilder().setVersionInfo(versionInfo).build().toByteArray(),
        resources,
        DiscoveryResponse.newBuilder().setTypeUrl(typeUrl).setNonce(nonce).build().toByteArray());
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
    byte[] prefix = new byte[16];
    for (Resource resource : resources) {
      CodedOutputStream lead = CodedOutputStream.newInstance(prefix);
      lead.writeTag(RESOURCES, com.google.protobuf.WireFormat.WIRETYPE_LENGTH_DELIMITED);
      lead.writeUInt32NoTag(resource.encoded().size());
      output.write(prefix, 0, lead.getTotalBytesWritten());
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
    private final EncodedResponse response;
    private boolean drained;
    // Only made when somebody reads instead of draining (a compressor, an in-process transport).
    private InputStream parts = InputStream.nullInputStream();
    private boolean reading;
    private int read;

    Rope(EncodedResponse response) {
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
          streams.add(new ByteArrayInputStream(prefix(resource)));
          streams.add(resource.encoded().newInput());
        }
        streams.add(new ByteArrayInputStream(response.tail));
        parts = new SequenceInputStream(Collections.enumeration(streams));
      }
      return parts;
    }

    private static byte[] prefix(Resource resource) {
      int bytes = resource.encoded().size();
      byte[] prefix =
          new byte
              [CodedOutputStream.computeTagSize(RESOURCES)
                  + CodedOutputStream.computeUInt32SizeNoTag(bytes)];
      CodedOutputStream lead = CodedOutputStream.newInstance(prefix);
      try {
        lead.writeTag(RESOURCES, com.google.protobuf.WireFormat.WIRETYPE_LENGTH_DELIMITED);
        lead.writeUInt32NoTag(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot fail on an array of the right size", e);
      }
      return prefix;
    }
  }
}
