package io.fairlead.configs.references;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.istio.networking.v1alpha3.Delegate;
import io.fairlead.istio.networking.v1alpha3.Destination;
import io.fairlead.istio.networking.v1alpha3.DestinationRule;
import io.fairlead.istio.networking.v1alpha3.HTTPMirrorPolicy;
import io.fairlead.istio.networking.v1alpha3.HTTPRoute;
import io.fairlead.istio.networking.v1alpha3.HTTPRouteDestination;
import io.fairlead.istio.networking.v1alpha3.RouteDestination;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.VirtualService;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * All names that a resource has or mentions.
 *
 * @param served the hosts of a ServiceEntry
 * @param claimed the hosts that are given to one resource of the kind only: those of a
 *     VirtualService, that of a DestinationRule
 * @param hosts all hosts that one of the two mentions
 * @param resources the Gateways and delegates that it mentions
 */
record Mentions(
    Set<String> served, Set<String> claimed, Set<String> hosts, Set<ResourceKey> resources) {
  private static final Mentions NONE = new Mentions(Set.of(), Set.of(), Set.of(), Set.of());

  static Mentions of(Resource resource) {
    if (isA(resource, IstioKind.SERVICE_ENTRY)) {
      return new Mentions(servedBy(resource.envelope().body()), Set.of(), Set.of(), Set.of());
    }
    if (isA(resource, IstioKind.VIRTUAL_SERVICE)) {
      return of(Referrer.of(resource));
    }
    if (isA(resource, IstioKind.DESTINATION_RULE)) {
      Referrer rule = Referrer.of(resource);
      Set<String> host =
          Set.of(HostNames.complete(((DestinationRule) rule.spec()).getHost(), rule.namespace()));
      return new Mentions(Set.of(), host, host, Set.of());
    }
    return NONE;
  }

  private static boolean isA(Resource resource, IstioKind kind) {
    return resource.key().type().kind().equals(kind.kind());
  }

  // Of a large service they are a small part, and endpoints change often.
  private static Set<String> servedBy(ByteString entry) {
    Set<String> hosts = new HashSet<>();
    CodedInputStream input = entry.newCodedInput();
    try {
      for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == ServiceEntry.HOSTS_FIELD_NUMBER) {
          hosts.add(input.readStringRequireUtf8().toLowerCase(Locale.ROOT));
        } else {
          input.skipField(tag);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("not an encoded ServiceEntry", e);
    }
    return hosts;
  }

  private static Mentions of(Referrer resource) {
    VirtualService spec = (VirtualService) resource.spec();
    String namespace = resource.namespace();
    Set<String> claimed = new HashSet<>();
    spec.getHostsList().forEach(host -> claimed.add(HostNames.complete(host, namespace)));
    Set<String> hosts = new HashSet<>(claimed);
    Set<ResourceKey> resources = new HashSet<>();
    for (String gateway : spec.getGatewaysList()) {
      if (!gateway.equals(VirtualServiceReferences.MESH)) {
        addResource(
            IstioKind.GATEWAY, VirtualServiceReferences.gatewayName(gateway, namespace), resources);
      }
    }
    for (HTTPRoute route : spec.getHttpList()) {
      route.getRouteList().stream()
          .map(HTTPRouteDestination::getDestination)
          .forEach(each -> add(each, namespace, hosts));
      add(route.getMirror(), namespace, hosts);
      route.getMirrorsList().stream()
          .map(HTTPMirrorPolicy::getDestination)
          .forEach(each -> add(each, namespace, hosts));
      if (route.hasDelegate()) {
        addResource(
            IstioKind.VIRTUAL_SERVICE, delegateName(route.getDelegate(), namespace), resources);
      }
    }
    spec.getTlsList().forEach(route -> add(route.getRouteList(), namespace, hosts));
    spec.getTcpList().forEach(route -> add(route.getRouteList(), namespace, hosts));
    return new Mentions(Set.of(), claimed, hosts, resources);
  }

  /** Returns {@code NAMESPACE/NAME} of a delegate. */
  static String delegateName(Delegate delegate, String namespace) {
    return (delegate.getNamespace().isEmpty() ? namespace : delegate.getNamespace())
        + "/"
        + delegate.getName();
  }

  private static void add(List<RouteDestination> routes, String namespace, Set<String> hosts) {
    routes.forEach(route -> add(route.getDestination(), namespace, hosts));
  }

  private static void add(Destination destination, String namespace, Set<String> hosts) {
    if (!destination.getHost().isEmpty()) {
      hosts.add(HostNames.complete(destination.getHost(), namespace));
    }
  }

  private static void addResource(IstioKind kind, String name, Set<ResourceKey> resources) {
    if (ResourceKey.isName(name)) {
      resources.add(Referrer.key(kind, name));
    }
  }
}
