package io.fairlead.istio;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.fairlead.istio.extensions.v1alpha1.TrafficExtensionProto;
import io.fairlead.istio.extensions.v1alpha1.WasmProto;
import io.fairlead.istio.mcp.v1alpha1.MetadataProto;
import io.fairlead.istio.mcp.v1alpha1.ResourceProto;
import io.fairlead.istio.networking.v1alpha3.DestinationRuleProto;
import io.fairlead.istio.networking.v1alpha3.EnvoyFilterProto;
import io.fairlead.istio.networking.v1alpha3.GatewayProto;
import io.fairlead.istio.networking.v1alpha3.ServiceEntryProto;
import io.fairlead.istio.networking.v1alpha3.SidecarProto;
import io.fairlead.istio.networking.v1alpha3.VirtualServiceProto;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntryProto;
import io.fairlead.istio.networking.v1alpha3.WorkloadGroupProto;
import io.fairlead.istio.networking.v1beta1.ProxyConfigProto;
import io.fairlead.istio.security.v1beta1.AuthorizationPolicyProto;
import io.fairlead.istio.security.v1beta1.PeerAuthenticationProto;
import io.fairlead.istio.security.v1beta1.RequestAuthenticationProto;
import io.fairlead.istio.telemetry.v1alpha1.TelemetryProto;
import io.fairlead.istio.type.v1beta1.SelectorProto;
import java.util.List;

/** The files of this module and what they declare. */
final class ServedTypes {
  /** Every .proto file of this module. */
  static final List<FileDescriptor> FILES =
      List.of(
          TrafficExtensionProto.getDescriptor(),
          WasmProto.getDescriptor(),
          MetadataProto.getDescriptor(),
          ResourceProto.getDescriptor(),
          DestinationRuleProto.getDescriptor(),
          EnvoyFilterProto.getDescriptor(),
          GatewayProto.getDescriptor(),
          ServiceEntryProto.getDescriptor(),
          SidecarProto.getDescriptor(),
          VirtualServiceProto.getDescriptor(),
          WorkloadEntryProto.getDescriptor(),
          WorkloadGroupProto.getDescriptor(),
          ProxyConfigProto.getDescriptor(),
          AuthorizationPolicyProto.getDescriptor(),
          PeerAuthenticationProto.getDescriptor(),
          RequestAuthenticationProto.getDescriptor(),
          TelemetryProto.getDescriptor(),
          SelectorProto.getDescriptor());

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
