package io.fairlead.server.xds;

import com.google.protobuf.CodedOutputStream;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.versioning.Resource;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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

  /** A paced response looks for room whenever so many bytes were handed over. */
  static final int PIECE = 128 << 10;

  // What gRPC is given at a time, so that it is not called for each part of each resource; small
  // enough to stay in the processor's first cache between the two copies.
  private static final int BUFFER = 16 << 10;

  private final byte[] head;
  private final List<Resource> resources;
  private final byte[] tail;
  private final ResourceLayout layout;
  private final int size;
  // Null but for a message that cannot be written.
  private final @Nullable Status reset;
  // Null: it is handed over as a whole.
  private final @Nullable TransportRoom room;

  private EncodedMessage(Status reset) {
    this.head = NOTHING;
    this.resources = List.of();
    this.tail = NOTHING;
    this.layout = ResourceLayout.STATE;
    this.size = 0;
    this.reset = reset;
    this.room = null;
  }

  private EncodedMessage(EncodedMessage other, TransportRoom room) {
    this.head = other.head;
    this.resources = other.resources;
    this.tail = other.tail;
    this.layout = other.layout;
    this.size = other.size;
    this.reset = other.reset;
    this.room = room;
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
    this.room = null;
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
   *
   * @param removed the resources as the client has them
   */
  static EncodedMessage incremental(
      String versionInfo,
      String typeUrl,
      String nonce,
      List<Resource> changed,
      List<Resource> removed) {
    DiscoveryResponse.Builder tail =
        DiscoveryResponse.newBuilder().setTypeUrl(typeUrl).setNonce(nonce);
    for (Resource resource : removed) {
      tail.addResources(ResourceLayout.withoutBody(resource, versionInfo));
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

  /** The same, handed over piece by piece, as there is room for it. */
  EncodedMessage paced(TransportRoom transport) {
    return new EncodedMessage(this, transport);
  }

  /** Number of bytes on the wire, without the frame around it. */
  int size() {
    return size;
  }

  int resourceCount() {
    return resources.size();
  }

  void writeTo(OutputStream output) throws IOException {
    OutputStream target = room == null ? output : new PacedOutput(output, room, size);
    CodedOutputStream pieces =
        CodedOutputStream.newInstance(target, Math.max(1, Math.min(size, BUFFER)));
    pieces.writeRawBytes(head);
    for (Resource resource : resources) {
      layout.write(resource, pieces);
    }
    pieces.writeRawBytes(tail);
    pieces.flush();
  }

  /** A stream that gRPC drains into its buffers. */
  InputStream stream() {
    if (reset != null) {
      throw new AbortedMessageException(reset);
    }
    return new Rope(this);
  }

  /** Read once, by the transport; not thread-safe. */
  private static final class Rope extends InputStream implements Drainable, KnownLength {
    private final EncodedMessage response;
    // Only made when somebody reads instead of draining (a compressor, an in-process transport).
    private @Nullable InputStream whole;
    private boolean drained;

    Rope(EncodedMessage response) {
      this.response = response;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      if (whole != null || drained) {
        throw new IllegalStateException("drained after it was read (expected: either, once)");
      }
      response.writeTo(target);
      drained = true;
      return response.size;
    }

    @Override
    public int available() throws IOException {
      if (drained) {
        return 0;
      }
      return whole == null ? response.size : whole.available();
    }

    @Override
    public int read() throws IOException {
      return whole().read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return whole().read(target, offset, length);
    }

    private InputStream whole() throws IOException {
      if (drained) {
        return InputStream.nullInputStream();
      }
      if (whole == null) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(response.size);
        response.writeTo(bytes);
        whole = new ByteArrayInputStream(bytes.toByteArray());
      }
      return whole;
    }
  }

  /** Waits for room when a piece is full, but for the last. */
  private static final class PacedOutput extends OutputStream {
    private final OutputStream target;
    private final TransportRoom room;
    private long left;
    private int piece;

    PacedOutput(OutputStream target, TransportRoom room, int size) {
      this.target = target;
      this.room = room;
      this.left = size;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      target.write(source, offset, length);
      left -= length;
      piece += length;
      if (piece >= PIECE && left > 0) {
        piece = 0;
        room.pieceWritten();
      }
    }
  }
}
