package io.fairlead.server.xds;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.versioning.Resource;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What stands before a resource's shared bytes in a response. The bytes themselves are the same in
 * every protocol.
 */
enum ResourceLayout {
  /** State of the world: each resource is a {@code google.protobuf.Any}. */
  STATE {
    @Override
    int prefixSize(Resource resource) {
      int bytes = resource.encoded().size();
      return CodedOutputStream.computeTagSize(DiscoveryResponse.RESOURCES_FIELD_NUMBER)
          + CodedOutputStream.computeUInt32SizeNoTag(bytes);
    }

    @Override
    void write(Resource resource, CodedOutputStream output) throws IOException {
      lead(output, DiscoveryResponse.RESOURCES_FIELD_NUMBER, resource.encoded().size());
    }
  },

  /** Incremental: each is a discovery {@code Resource} with name and version around the Any. */
  DELTA {
    @Override
    int prefixSize(Resource resource) {
      int message = messageSize(resource);
      return CodedOutputStream.computeTagSize(DeltaDiscoveryResponse.RESOURCES_FIELD_NUMBER)
          + CodedOutputStream.computeUInt32SizeNoTag(message)
          + message
          - resource.encoded().size();
    }

    private int messageSize(Resource resource) {
      return CodedOutputStream.computeStringSize(NAME, resource.key().name())
          + CodedOutputStream.computeStringSize(VERSION, resource.version())
          + CodedOutputStream.computeBytesSize(ANY, resource.encoded());
    }

    @Override
    void write(Resource resource, CodedOutputStream output) throws IOException {
      lead(output, DeltaDiscoveryResponse.RESOURCES_FIELD_NUMBER, messageSize(resource));
      output.writeString(NAME, resource.key().name());
      output.writeString(VERSION, resource.version());
      // Last, so that the shared bytes follow.
      lead(output, ANY, resource.encoded().size());
    }
  };

  /**
   * Enough for every prefix: names have at most 317 characters (a namespace, a slash and a host)
   * and versions 32, whatever they are made of.
   */
  static final int LONGEST_PREFIX = 4096;

  private static final int NAME =
      io.envoyproxy.envoy.service.discovery.v3.Resource.NAME_FIELD_NUMBER;
  private static final int VERSION =
      io.envoyproxy.envoy.service.discovery.v3.Resource.VERSION_FIELD_NUMBER;
  private static final int ANY =
      io.envoyproxy.envoy.service.discovery.v3.Resource.RESOURCE_FIELD_NUMBER;

  /** Number of bytes that stand before the resource's own. */
  abstract int prefixSize(Resource resource);

  abstract void write(Resource resource, CodedOutputStream output) throws IOException;

  /** Writes what stands before the resource's bytes and gives its length. */
  int writePrefix(Resource resource, byte[] target) {
    CodedOutputStream output = CodedOutputStream.newInstance(target);
    try {
      write(resource, output);
    } catch (IOException e) {
      throw new UncheckedIOException(
          resource + ": name and version too long (expected: below " + LONGEST_PREFIX + ")", e);
    }
    return output.getTotalBytesWritten();
  }

  private static void lead(CodedOutputStream output, int field, int size) throws IOException {
    output.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    output.writeUInt32NoTag(size);
  }
}
