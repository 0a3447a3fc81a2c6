package io.fairlead.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.harness.GatewayProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks at what the gateway says it keeps on a suspicion, and judges that each has a ceiling that
 * does not move and is kept to. Confined to one thread.
 */
final class HoldWatch {
  // Reads that fail just then, and this test's own look.
  private static final Duration LATE = Duration.ofSeconds(10);

  private final GatewayProcess gateway;
  private final Set<String> seen = new HashSet<>();
  private final List<String> faults = new ArrayList<>();
  private Map<String, Span> present = new HashMap<>();
  private Duration longest = Duration.ZERO;

  private record Span(Instant since, Instant until) {}

  HoldWatch(GatewayProcess gateway) {
    this.gateway = gateway;
  }

  /** Looks once. */
  void look() {
    Map<String, Span> next = new HashMap<>();
    Instant now = Instant.now();
    for (JsonNode hold : gateway.get("/api/v1/holds").path("items")) {
      String key =
          hold.path("registry").asText()
              + ": "
              + hold.path("subject").asText()
              + " ("
              + hold.path("reason").asText()
              + ")";
      if (!hold.has("until")) {
        faults.add(key + ": without an end");
        continue;
      }
      Instant since = Instant.parse(hold.path("since").asText());
      Instant until = Instant.parse(hold.path("until").asText());
      Span before = present.get(key);
      if (before != null && before.since().equals(since) && until.isAfter(before.until())) {
        faults.add(key + ": until moved from " + before.until() + " to " + until);
      }
      if (now.isAfter(until.plus(LATE))) {
        faults.add(key + ": until " + until + ", and is still there at " + now);
      }
      next.put(key, new Span(since, until));
      seen.add(key + since);
      Duration length = Duration.between(since, now);
      longest = length.compareTo(longest) > 0 ? length : longest;
    }
    present = next;
  }

  /** What broke the rules. */
  List<String> faults() {
    return List.copyOf(faults);
  }

  /** How many different ones were seen. */
  int count() {
    return seen.size();
  }

  /** What the gateway kept at the last look, for a message. */
  String last() {
    return "kept: " + present;
  }

  /** Figures for a person. */
  String figures() {
    return seen.size() + " holds seen, the longest for " + longest.toSeconds() + " s";
  }
}
