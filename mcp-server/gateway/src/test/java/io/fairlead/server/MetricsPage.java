package io.fairlead.server;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The reference page of the metrics, made from what a gateway says of each. */
final class MetricsPage {
  private static final String HEAD =
      """
      # Metrics
      <!-- The tables are made from what a gateway serves: change the descriptions in the code, then rewrite this page with
      %s -->
      `GET /metrics` of the admin address gives them in Prometheus' text format. [operating.md](operating.md#alerts) has the alerts that are made of them, with what to do about each.

      - The number of series is bounded by the configuration and the program: no label holds what a client or a service chose, but for the revision of connected istiods, of which at most 50 have a label of their own at a time. One istiod on 64 shards with one registry makes about 250 series.
      - Counters are there from the start, with 0, for each value of a label that is known beforehand.
      - `_timestamp_seconds` is a Unix time: an age is `time() -` it.
      - A histogram also has `_bucket`, `_count` and `_sum`; the gauge with `_max` beside it is the largest value of the last minutes.
      - Registries that leave the configuration take their series along, and so do revisions whose last istiod goes: use `absent()` where that matters.
      - `fairlead_registry_last_success_seconds` is the former name of `fairlead_registry_last_success_timestamp_seconds`, and goes with a later version.

      ## The gateway
      """;
  private static final String PROCESS =
      """

      ## The process
      The names are those of every Prometheus client, so ordinary dashboards show them. Metrics of the Java virtual machine, which begin with `jvm_`, are those of Micrometer: memory by area and pool, pauses of the collector, threads, classes.
      """;
  private static final String TABLE = "\n| metric | type | labels | meaning |\n|---|---|---|---|\n";
  private static final Pattern META = Pattern.compile("# (HELP|TYPE) (\\S+) (.*)");
  private static final Pattern SAMPLE = Pattern.compile("(\\w+?)(_bucket|_count|_sum)?\\{(.*)} .*");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"(?:[^\"\\\\]|\\\\.)*\"");

  private final Map<String, String> helps = new TreeMap<>();
  private final Map<String, String> types = new TreeMap<>();
  private final Map<String, Set<String>> labels = new TreeMap<>();

  private MetricsPage(String scrape) {
    scrape.lines().forEach(this::read);
  }

  /**
   * Returns the page.
   *
   * @param scrape a gateway's metrics, with a sample of each
   * @param command what rewrites it
   */
  static String of(String scrape, String command) {
    MetricsPage page = new MetricsPage(scrape);
    return HEAD.formatted(command) + page.table("fairlead_") + PROCESS + page.table("process_");
  }

  private void read(String line) {
    Matcher meta = META.matcher(line);
    if (meta.matches()) {
      (meta.group(1).equals("HELP") ? helps : types).put(meta.group(2), meta.group(3));
      return;
    }
    Matcher sample = SAMPLE.matcher(line);
    if (sample.matches()) {
      String name =
          types.containsKey(sample.group(1)) ? sample.group(1) : sample.group(1) + sample.group(2);
      Set<String> names = labels.computeIfAbsent(name, any -> new LinkedHashSet<>());
      Matcher label = LABEL.matcher(sample.group(3));
      while (label.find()) {
        names.add(label.group(1));
      }
      names.remove("le");
    }
  }

  private String table(String prefix) {
    StringBuilder table = new StringBuilder(TABLE);
    types.forEach(
        (name, type) -> {
          if (name.startsWith(prefix)) {
            table.append(
                "| `%s` | %s | %s | %s |\n"
                    .formatted(
                        name,
                        type,
                        String.join(", ", labels.getOrDefault(name, Set.of())),
                        helps.getOrDefault(name, "")));
          }
        });
    return table.toString();
  }
}
