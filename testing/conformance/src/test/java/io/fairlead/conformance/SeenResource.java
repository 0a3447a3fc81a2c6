package io.fairlead.conformance;

import com.google.protobuf.Any;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.fairlead.istio.mcp.v1alpha1.Metadata;
import io.fairlead.istio.mcp.v1alpha1.Resource;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/**
 * A ServiceEntry as a client received it.
 *
 * @param name {@code namespace/name}
 * @param version what the gateway calls its version
 * @param content a digest of the name, the labels, the annotations, the creation time and the body,
 *     worked out here, by rules of its own
 * @param service what it means to the mesh
 */
record SeenResource(String name, String version, String content, MeshService service) {

  static SeenResource of(Any any) {
    try {
      Resource resource = Resource.parseFrom(any.getValue());
      ServiceEntry entry = ServiceEntry.parseFrom(resource.getBody().getValue());
      Metadata metadata = resource.getMetadata();
      return new SeenResource(
          metadata.getName(),
          metadata.getVersion(),
          digest(metadata, entry),
          service(metadata, entry));
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("not a ServiceEntry: " + any, e);
    }
  }

  /** As lines, the maps sorted, so that equal content is equal text. */
  private static String text(Metadata metadata) {
    return metadata.getName()
        + "\n"
        + new TreeMap<>(metadata.getLabelsMap())
        + "\n"
        + new TreeMap<>(metadata.getAnnotationsMap())
        + "\n"
        + metadata.getCreateTime().getSeconds()
        + "."
        + metadata.getCreateTime().getNanos()
        + "\n";
  }

  private static String digest(Metadata metadata, ServiceEntry entry) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(text(metadata).getBytes(StandardCharsets.UTF_8));
      // Decoded and encoded anew with sorted maps: how the gateway wrote it does not count.
      sha.update(sorted(entry));
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static byte[] sorted(Message message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream output = CodedOutputStream.newInstance(bytes);
      output.useDeterministicSerialization();
      message.writeTo(output);
      output.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static MeshService service(Metadata metadata, ServiceEntry entry) {
    List<String> ports = new ArrayList<>();
    for (ServicePort port : entry.getPortsList()) {
      ports.add(MeshService.port(port.getNumber(), port.getName(), port.getProtocol()));
    }
    List<MeshEndpoint> endpoints = new ArrayList<>();
    for (WorkloadEntry endpoint : entry.getEndpointsList()) {
      ServicePort port = entry.getPorts(0);
      endpoints.add(
          new MeshEndpoint(
              endpoint.getAddress(),
              endpoint.getPortsOrDefault(port.getName(), port.getNumber()),
              Math.max(1, endpoint.getWeight()),
              endpoint.getLocality(),
              endpoint.getLabelsMap()));
    }
    return new MeshService(
        metadata.getName(),
        List.copyOf(entry.getHostsList()),
        ports,
        entry.getLocation() + " " + entry.getResolution(),
        List.copyOf(entry.getExportToList()),
        new TreeMap<>(metadata.getLabelsMap()),
        MeshEndpoint.inLowestTerms(endpoints));
  }
}
