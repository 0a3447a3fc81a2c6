package io.fairlead.istio;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.fairlead.istio.mcp.v1alpha1.MetadataProto;
import io.fairlead.istio.mcp.v1alpha1.ResourceProto;
import io.fairlead.istio.networking.v1alpha3.ServiceEntryProto;
import io.fairlead.istio.networking.v1alpha3.SidecarProto;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntryProto;
import java.util.List;

/** The files of this module and what they declare. */
final class ServedTypes {
  /** Every .proto file of this module. */
  static final List<FileDescriptor> FILES =
      List.of(
          MetadataProto.getDescriptor(),
          ResourceProto.getDescriptor(),
          ServiceEntryProto.getDescriptor(),
          SidecarProto.getDescriptor(),
          WorkloadEntryProto.getDescriptor());

  /** Full names of all their top-level messages. */
  static final List<String> NAMES =
      FILES.stream()
          .flatMap(file -> file.getMessageTypes().stream())
          .map(Descriptor::getFullName)
          .toList();

  private ServedTypes() {}

  /** The schema of these messages as some set of files declares them. */
  static Schema schemaIn(List<FileDescriptor> files) {
    return Schema.reachableFrom(DescriptorSets.messages(files, NAMES));
  }
}
