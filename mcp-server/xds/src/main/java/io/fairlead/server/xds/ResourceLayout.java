package io.fairlead.server.xds;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.istio.mcp.v1alpha1.Metadata;
import io.fairlead.versioning.Resource;
import java.io.IOException;

/**
 * The layout of what stands around a resource's shared bytes in a response. The bytes themselves
 * are the same in every protocol.
 */
enum ResourceLayout {
  /** State of the world: each resource is a {@code google.protobuf.Any}. */
  STATE {
    @Override
    int messageSize(Resource resource) {
      return resource.encoded().size();
    }

    @Override
    void writeLead(Resource resource, CodedOutputStream output) throws IOException {
      lead(output, DiscoveryResponse.RESOURCES_FIELD_NUMBER, resource.encoded().size());
    }
  },

  /**
   * The incremental variant of state of the world: the Any's envelope has its version as an
   * annotation, too. The envelope's bytes are shared all the same: a message's field that comes
   * twice is merged, so the annotation follows them as a second, small {@code metadata}.
   */
  INCREMENTAL {
    @Override
    void writeLead(Resource resource, CodedOutputStream output) throws IOException {
      lead(output, DiscoveryResponse.RESOURCES_FIELD_NUMBER, messageSize(resource));
      output.writeString(Any.TYPE_URL_FIELD_NUMBER, Resource.ENVELOPE_TYPE_URL);
      lead(output, Any.VALUE_FIELD_NUMBER, envelopeSize(resource));
    }

    private int envelopeSize(Resource resource) {
      return shared(resource).size() + suffix(resource).length;
    }

    @Override
    int messageSize(Resource resource) {
      int envelope = envelopeSize(resource);
      return CodedOutputStream.computeStringSize(
              Any.TYPE_URL_FIELD_NUMBER, Resource.ENVELOPE_TYPE_URL)
          + CodedOutputStream.computeTagSize(Any.VALUE_FIELD_NUMBER)
          + CodedOutputStream.computeUInt32SizeNoTag(envelope)
          + envelope;
    }

    @Override
    ByteString shared(Resource resource) {
      return resource.envelope().bytes();
    }

    @Override
    byte[] suffix(Resource resource) {
      return io.fairlead.istio.mcp.v1alpha1.Resource.newBuilder()
          .setMetadata(Metadata.newBuilder().putAnnotations(VERSION_ANNOTATION, resource.version()))
          .build()
          .toByteArray();
    }
  },

  /** Incremental: each is a discovery {@code Resource} with name and version around the Any. */
  DELTA {
    @Override
    int messageSize(Resource resource) {
      return CodedOutputStream.computeStringSize(NAME, resource.key().name())
          + CodedOutputStream.computeStringSize(VERSION, resource.version())
          + CodedOutputStream.computeBytesSize(ANY, resource.encoded());
    }

    @Override
    void writeLead(Resource resource, CodedOutputStream output) throws IOException {
      lead(output, DeltaDiscoveryResponse.RESOURCES_FIELD_NUMBER, messageSize(resource));
      output.writeString(NAME, resource.key().name());
      output.writeString(VERSION, resource.version());
      // Last, so that the shared bytes follow.
      lead(output, ANY, resource.encoded().size());
    }
  };

  private static final byte[] NOTHING = new byte[0];
  private static final int NAME =
      io.envoyproxy.envoy.service.discovery.v3.Resource.NAME_FIELD_NUMBER;
  private static final int VERSION =
      io.envoyproxy.envoy.service.discovery.v3.Resource.VERSION_FIELD_NUMBER;
  private static final int ANY =
      io.envoyproxy.envoy.service.discovery.v3.Resource.RESOURCE_FIELD_NUMBER;

  private static final String VERSION_ANNOTATION = "ResourceVersion";

  /**
   * A resource that is gone, as the incremental variant says it: as it was, but for the body and
   * the version. Its clients convert it as they do any other, so all that they read has to be
   * there: without the creation time some refuse the whole response and ACK it all the same, and
   * without the labels one of a revision takes the removal for somebody else's.
   */
  static Any withoutBody(Resource resource, String version) {
    io.fairlead.istio.mcp.v1alpha1.Resource.Builder envelope =
        resource.decode().toBuilder().clearBody();
    envelope.getMetadataBuilder().setVersion(version).putAnnotations(VERSION_ANNOTATION, version);
    return Any.newBuilder()
        .setTypeUrl(Resource.ENVELOPE_TYPE_URL)
        .setValue(envelope.build().toByteString())
        .build();
  }

  /** Size of the message that the resource is in the response. */
  abstract int messageSize(Resource resource);

  /** Number of bytes that the resource takes in all. */
  int size(Resource resource) {
    int message = messageSize(resource);
    // The field has the same number, so the same tag, in the responses of both methods.
    return CodedOutputStream.computeTagSize(DiscoveryResponse.RESOURCES_FIELD_NUMBER)
        + CodedOutputStream.computeUInt32SizeNoTag(message)
        + message;
  }

  /** The bytes that every response shares. */
  ByteString shared(Resource resource) {
    return resource.encoded();
  }

  /** What stands behind the shared bytes. */
  byte[] suffix(Resource resource) {
    return NOTHING;
  }

  /** Writes what stands before the shared bytes. */
  abstract void writeLead(Resource resource, CodedOutputStream output) throws IOException;

  /** Writes the resource as a field of the response. */
  void write(Resource resource, CodedOutputStream output) throws IOException {
    writeLead(resource, output);
    output.writeRawBytes(shared(resource));
    output.writeRawBytes(suffix(resource));
  }

  private static void lead(CodedOutputStream output, int field, int size) throws IOException {
    output.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    output.writeUInt32NoTag(size);
  }
}
