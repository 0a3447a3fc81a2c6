package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.Push;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Supplier;

/**
 * Real istiods, one of each version under test, all clients of one gateway. Thread-safe as the
 * servers are.
 */
final class Istiods implements AutoCloseable {
  /** The revision of all of them. */
  static final String REVISION = "default";

  /** The version whose mesh is looked at by proxies. */
  static final String NEWEST = "1.27.0";

  private static final String ALL = "1.27.0 1.24.0 1.20.0 1.18.2";
  private static final String DEFAULT = "1.27.0 1.18.2";
  private static final Duration LIMIT = Duration.ofSeconds(60);
  // istiod gathers changes for 100 ms before it pushes.
  private static final Duration QUIET = Duration.ofMillis(600);

  private final Map<String, IstiodServer> servers = new LinkedHashMap<>();

  private Istiods() {}

  /** The versions under test: those of the environment variable {@code ISTIO_VERSIONS}. */
  static List<String> versions() {
    String wanted = System.getenv().getOrDefault("ISTIO_VERSIONS", "").strip();
    String versions = wanted.isEmpty() ? DEFAULT : wanted.equals("all") ? ALL : wanted;
    return List.of(versions.split("[ ,]+"));
  }

  /** Starts one of each version; they are synced only after {@link #awaitSynced}. */
  static Istiods start(String source) {
    return start(source, REVISION);
  }

  /** Starts one of each version with that revision; the empty one sees every revision's entries. */
  static Istiods start(String source, String revision) {
    return start(List.of(source), revision);
  }

  /** Starts one of each version that has all these sources. */
  static Istiods start(List<String> sources, String revision) {
    Istiods istiods = new Istiods();
    try {
      for (String version : versions()) {
        istiods.servers.put(
            version,
            IstiodServer.builder(version)
                .sources(sources)
                .forPlainEnvoy()
                .revision(revision)
                // Part of the node id, by which a gateway's clients can be told apart.
                .environment("POD_NAME", "istiod-" + version)
                .start());
      }
    } catch (RuntimeException | Error e) {
      istiods.close();
      throw e;
    }
    return istiods;
  }

  Istiods awaitSynced() {
    each((version, istiod) -> istiod.awaitSynced());
    return this;
  }

  /** How many there are. */
  int count() {
    return servers.size();
  }

  /** An action on one of the istiods. */
  interface Action {
    void apply(String version, IstiodServer istiod);
  }

  void each(Action action) {
    servers.forEach(action::apply);
  }

  /** The one whose mesh is looked at by proxies. */
  IstiodServer newest() {
    IstiodServer newest = servers.get(NEWEST);
    if (newest == null) {
      throw new IllegalStateException(
          "ISTIO_VERSIONS: " + servers.keySet() + " (expected: with " + NEWEST + ")");
    }
    return newest;
  }

  /** Waits until all hold exactly what is expected. */
  void awaitHolding(Supplier<SortedMap<String, MeshService>> expected) {
    each((version, istiod) -> awaitHolding(version, istiod, expected.get()));
  }

  /** Waits until one holds exactly what is expected. */
  static void awaitHolding(
      String who, IstiodServer istiod, SortedMap<String, MeshService> expected) {
    await("istiod " + who)
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () ->
                assertThat(
                        MeshService.differences(
                            expected, MeshService.byName(istiod.serviceEntries())))
                    .as("istiod %s", who)
                    .isEmpty());
  }

  /** Marks of a moment since which none has pushed anything, and before which all had pushed. */
  Map<String, Integer> settle() {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < deadline) {
      Map<String, Integer> marks = new LinkedHashMap<>();
      each((version, istiod) -> marks.put(version, istiod.awaitQuiet(QUIET)));
      // One may have pushed while another was waited for.
      if (pushesSince(marks).values().stream().allMatch(List::isEmpty)) {
        return marks;
      }
    }
    throw new AssertionError("the istiods push without end (expected: quiet)");
  }

  /** The pushes since marks, by version. */
  Map<String, List<Push>> pushesSince(Map<String, Integer> marks) {
    assertThat(marks).as("marks of istiods").isNotEmpty();
    Map<String, List<Push>> pushes = new LinkedHashMap<>();
    marks.forEach((version, mark) -> pushes.put(version, istiod(version).pushesSince(mark)));
    return pushes;
  }

  /** Waits for a push of each since its mark, then until all are quiet, and gives all of them. */
  Map<String, List<Push>> awaitPushes(Map<String, Integer> marks) {
    marks.forEach((version, mark) -> istiod(version).awaitPush(mark));
    settle();
    return pushesSince(marks);
  }

  /** What they said since their start about resources that they left out. */
  List<String> refusals() {
    List<String> refusals = new ArrayList<>();
    each((version, istiod) -> refusals.addAll(istiod.refusalsSince(0)));
    return refusals;
  }

  private IstiodServer istiod(String version) {
    IstiodServer istiod = servers.get(version);
    if (istiod == null) {
      throw new IllegalArgumentException("version: " + version + " (expected: a started one)");
    }
    return istiod;
  }

  @Override
  public void close() {
    servers.values().forEach(IstiodServer::close);
  }
}
