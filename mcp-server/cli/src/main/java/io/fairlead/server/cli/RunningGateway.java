package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.fairlead.aggregation.ServiceOrigin;
import io.fairlead.configs.merge.Configs;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.versioning.CommitLog;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.Origin;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A running gateway as it was asked by its admin API.
 *
 * @param served the resources that it serves
 * @param configuration the text of the configuration in force, secrets hidden
 */
record RunningGateway(List<Resource> served, String configuration) {
  RunningGateway {
    served = List.copyOf(served);
  }

  /** Asks a gateway. */
  static RunningGateway ask(AdminClient client) throws AdminClientException, InterruptedException {
    String configuration = client.get("configuration").path("text").asText("");
    List<Resource> served = new ArrayList<>();
    for (JsonNode item : client.contents()) {
      served.add(resource(item));
    }
    return new RunningGateway(served, configuration);
  }

  /** Returns the state of a store of such a gateway, with the sources that have been read. */
  CommitLog.State store(Collection<String> sources) {
    Map<Boolean, List<Resource>> parts =
        served.stream().collect(Collectors.partitioningBy(ResourceChanges::isOfDocument));
    return CommitLog.State.of(
        Map.of(
            CommitLoop.FIRST_SOURCE,
            ServiceOrigin.stateOf(parts.getOrDefault(false, List.of())),
            Configs.SOURCE,
            Configs.stateOf(parts.getOrDefault(true, List.of()), sources)));
  }

  private static ResourceType type(String kind) throws AdminClientException {
    return IstioKind.of(kind)
        .map(known -> new ResourceType(known.group(), known.kind()))
        .orElseThrow(
            () ->
                new AdminClientException(
                    "the gateway serves a "
                        + Printable.of(kind)
                        + ", which this program does not know (expected: a gateway of this"
                        + " program's release or an older one)",
                    null));
  }

  private static Resource resource(JsonNode item) throws AdminClientException {
    if (!item.has("content")) {
      throw new AdminClientException(
          "the gateway does not give the content of its resources (expected: a gateway of this"
              + " program's release or a later one)",
          null);
    }
    Set<String> revisions = new HashSet<>();
    item.path("revisions").forEach(revision -> revisions.add(revision.asText()));
    return Resource.stored(
        new ResourceKey(type(item.path("kind").asText()), item.path("name").asText()),
        item.path("version").asText(),
        revisions,
        ByteString.copyFrom(Base64.getDecoder().decode(item.path("content").asText())),
        Origin.parse(item.path("origin").asText("")));
  }
}
