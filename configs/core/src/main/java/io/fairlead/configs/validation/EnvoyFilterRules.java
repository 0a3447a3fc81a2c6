package io.fairlead.configs.validation;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.fairlead.configs.document.Node;
import io.fairlead.configs.validation.MessageReader.UnknownFields;
import io.fairlead.istio.networking.v1alpha3.EnvoyFilter;
import io.fairlead.istio.networking.v1alpha3.EnvoyFilter.ApplyTo;
import io.fairlead.istio.networking.v1alpha3.EnvoyFilter.EnvoyConfigObjectMatch;
import io.fairlead.istio.networking.v1alpha3.EnvoyFilter.EnvoyConfigObjectMatch.ObjectTypesCase;
import io.fairlead.istio.networking.v1alpha3.EnvoyFilter.EnvoyConfigObjectPatch;
import io.fairlead.istio.networking.v1alpha3.EnvoyFilter.ListenerMatch.FilterMatch;
import io.fairlead.istio.networking.v1alpha3.EnvoyFilter.Patch;
import io.fairlead.istio.networking.v1alpha3.EnvoyFilter.Patch.Operation;
import io.fairlead.istio.networking.v1alpha3.EnvoyFilter.PatchContext;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The rules of an EnvoyFilter: its matches, and that Envoy's API has what is patched in. */
final class EnvoyFilterRules implements KindRules<EnvoyFilter> {
  // The objects of Envoy that a patch may change.
  private static final Map<ApplyTo, String> OBJECTS =
      Map.ofEntries(
          Map.entry(ApplyTo.LISTENER, "envoy.config.listener.v3.Listener"),
          Map.entry(ApplyTo.FILTER_CHAIN, "envoy.config.listener.v3.FilterChain"),
          Map.entry(ApplyTo.NETWORK_FILTER, "envoy.config.listener.v3.Filter"),
          Map.entry(ApplyTo.LISTENER_FILTER, "envoy.config.listener.v3.ListenerFilter"),
          Map.entry(
              ApplyTo.HTTP_FILTER,
              "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter"),
          Map.entry(ApplyTo.ROUTE_CONFIGURATION, "envoy.config.route.v3.RouteConfiguration"),
          Map.entry(ApplyTo.VIRTUAL_HOST, "envoy.config.route.v3.VirtualHost"),
          Map.entry(ApplyTo.HTTP_ROUTE, "envoy.config.route.v3.Route"),
          Map.entry(ApplyTo.CLUSTER, "envoy.config.cluster.v3.Cluster"),
          Map.entry(ApplyTo.EXTENSION_CONFIG, "envoy.config.core.v3.TypedExtensionConfig"),
          Map.entry(ApplyTo.BOOTSTRAP, "envoy.config.bootstrap.v3.Bootstrap"));
  private static final Set<ApplyTo> OF_LISTENERS =
      EnumSet.of(
          ApplyTo.LISTENER, ApplyTo.FILTER_CHAIN, ApplyTo.NETWORK_FILTER, ApplyTo.HTTP_FILTER);
  private static final Set<ApplyTo> OF_ROUTES =
      EnumSet.of(ApplyTo.ROUTE_CONFIGURATION, ApplyTo.VIRTUAL_HOST, ApplyTo.HTTP_ROUTE);
  // Istiods up to 1.27 know neither: the context and the operation came later.
  private static final String TOO_NEW = "one that istiods up to 1.27 know";
  private static final Set<String> CONNECTION_MANAGERS =
      Set.of("envoy.filters.network.http_connection_manager", "envoy.http_connection_manager");
  // A field that an istiod does not know is left out by it.
  private static final MessageReader READER =
      new MessageReader(UnknownFields.WARNED, new EnvoyTypes());

  @Override
  public void check(EnvoyFilter spec, Metadata metadata, Spot document) {
    Spot at = document.at("spec");
    if (spec.hasWorkloadSelector()) {
      Labels.selector(
          spec.getWorkloadSelector().getLabelsMap(), at.at("workloadSelector").at("labels"));
    }
    Selectors.warnOfTargets(spec.getTargetRefsCount() > 0, at.at("targetRefs"));
    if (spec.hasWorkloadSelector() && spec.getTargetRefsCount() > 0) {
      at.warn("workloadSelector beside targetRefs", "one of the two");
    }
    at.each("configPatches", spec.getConfigPatchesList(), EnvoyFilterRules::checkPatch);
  }

  private static void checkPatch(EnvoyConfigObjectPatch config, Spot at) {
    Patch patch = config.getPatch();
    Spot patchAt = at.at("patch");
    if (config.getApplyTo() == ApplyTo.INVALID) {
      at.at("applyTo").refuse("nothing to apply to", "applyTo such as HTTP_FILTER or CLUSTER");
    } else if (!config.hasPatch()) {
      at.refuse("no patch", "a patch with an operation and a value");
    } else if (patch.getOperation() == Operation.INVALID) {
      patchAt.at("operation").refuse("no operation", "an operation such as ADD or MERGE");
    } else if (patch.getOperation() != Operation.REMOVE && !patch.hasValue()) {
      patchAt.refuse("no value", "the value to " + patch.getOperation());
    } else {
      String version = config.getMatch().getProxy().getProxyVersion();
      if (!version.isEmpty()) {
        Regexes.checkSyntax(version, at.at("match").at("proxy").at("proxyVersion"));
      }
      if (config.getMatch().getContext() == PatchContext.WAYPOINT) {
        at.at("match").at("context").refuse("WAYPOINT", TOO_NEW);
      }
      if (patch.getOperation() == Operation.MERGE_AND_REPLACE_LIST) {
        patchAt.at("operation").refuse("MERGE_AND_REPLACE_LIST", TOO_NEW);
      }
      checkMatch(config.getApplyTo(), config.getMatch(), at.at("match"));
      if (patch.hasValue()) {
        checkValue(config, patchAt.at("value"));
      }
    }
  }

  private static void checkMatch(ApplyTo applyTo, EnvoyConfigObjectMatch match, Spot at) {
    ObjectTypesCase matched = match.getObjectTypesCase();
    if (matched == ObjectTypesCase.OBJECTTYPES_NOT_SET) {
      return;
    }
    if (OF_LISTENERS.contains(applyTo)) {
      if (matched != ObjectTypesCase.LISTENER) {
        at.refuse("no listener", "listener, for " + applyTo);
      } else if (match.getListener().getFilterChain().hasFilter()) {
        checkFilter(
            applyTo,
            match.getListener().getFilterChain().getFilter(),
            at.at("listener").at("filterChain").at("filter"));
      }
    } else if (OF_ROUTES.contains(applyTo) && matched != ObjectTypesCase.ROUTE_CONFIGURATION) {
      at.refuse("no routeConfiguration", "routeConfiguration, for " + applyTo);
    } else if (applyTo == ApplyTo.CLUSTER && matched != ObjectTypesCase.CLUSTER) {
      at.refuse("no cluster", "cluster, for " + applyTo);
    }
  }

  private static void checkFilter(ApplyTo applyTo, FilterMatch filter, Spot at) {
    if (filter.getName().isEmpty()) {
      at.refuse("no name", "the name of a filter");
      return;
    }
    if (applyTo == ApplyTo.LISTENER || applyTo == ApplyTo.FILTER_CHAIN) {
      at.warn("a filter, which has no effect here", "none for " + applyTo);
    }
    if (!filter.hasSubFilter()) {
      return;
    }
    Spot subAt = at.at("subFilter");
    if (applyTo != ApplyTo.HTTP_FILTER) {
      subAt.refuse("a subFilter for " + applyTo, "one for HTTP_FILTER only");
    } else if (!CONNECTION_MANAGERS.contains(filter.getName())) {
      subAt.refuse(
          "a subFilter of " + filter.getName(),
          "the filter envoy.filters.network.http_connection_manager");
    } else if (filter.getSubFilter().getName().isEmpty()) {
      subAt.refuse("no name", "the name of a filter");
    }
  }

  private static void checkValue(EnvoyConfigObjectPatch config, Spot at) {
    Optional<Descriptor> type =
        Optional.ofNullable(OBJECTS.get(config.getApplyTo())).flatMap(EnvoyTypes::descriptor);
    Optional<Node> node = at.node();
    if (type.isEmpty() || node.isEmpty() || !(node.get() instanceof Node.Mapping mapping)) {
      at.refuse("a value for " + config.getApplyTo(), "no value, or another applyTo");
      return;
    }
    Message.Builder value = DynamicMessage.newBuilder(type.get());
    READER.read(mapping, value, at);
    if (config.getPatch().getOperation() != Operation.MERGE
        && config.getPatch().getOperation() != Operation.REMOVE) {
      warnOfMissingType(value, at);
    }
  }

  /** Warns of a filter that Envoy would have to know by its name, which it does not any more. */
  private static void warnOfMissingType(Message.Builder value, Spot at) {
    Descriptor type = value.getDescriptorForType();
    FieldDescriptor typed = type.findFieldByName("typed_config");
    FieldDescriptor discovered = type.findFieldByName("config_discovery");
    boolean hasConfig =
        typed == null
            || value.hasField(typed)
            || at.at("typedConfig").isPresent()
            || (discovered != null && value.hasField(discovered));
    if (!hasConfig) {
      at.warn("no typed_config", "typed_config with @type: proxies know no filter by its name");
    }
  }
}
