package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.fairlead.configs.merge.Configs;
import io.fairlead.versioning.Origin;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A running gateway as it was asked by its admin API.
 *
 * @param served the ServiceEntries that it serves
 * @param configuration the text of the configuration in force, secrets hidden
 */
record RunningGateway(List<Resource> served, String configuration) {
  private static final String GROUP = "networking.istio.io";

  RunningGateway {
    served = List.copyOf(served);
  }

  /** Asks a gateway. */
  static RunningGateway ask(AdminClient client) throws AdminClientException, InterruptedException {
    String configuration = client.get("configuration").path("text").asText("");
    List<Resource> served = new ArrayList<>();
    for (JsonNode item : client.contents()) {
      Resource resource = resource(item);
      // What a document of a config source says is compared by its readers, not by registries.
      if (!resource.origin().kind().equals(Configs.ORIGIN)) {
        served.add(resource);
      }
    }
    return new RunningGateway(served, configuration);
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
        new ResourceKey(
            new ResourceType(GROUP, item.path("kind").asText()), item.path("name").asText()),
        item.path("version").asText(),
        revisions,
        ByteString.copyFrom(Base64.getDecoder().decode(item.path("content").asText())),
        Origin.parse(item.path("origin").asText("")));
  }
}
