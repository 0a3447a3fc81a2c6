package io.fairlead.configs.merge;

import static io.fairlead.configs.merge.Given.document;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.merge.ConfigSourceStatus.DocumentProblem;
import io.fairlead.versioning.ResourceKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigsTest {
  private final Path folder;
  private World world;

  ConfigsTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.world = new World(folder, World.GUARD);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void restart() throws IOException {
    world.close();
    world = new World(folder, World.GUARD);
  }

  @Test
  void documents_becomeResourcesAndGoWithThem() {
    ConfigSink files = world.start("files").get(0);
    assertThat(world.loop.ready()).isNotDone();
    files.resync(List.of(document("a.yaml", "web 1", "api 1"), document("b.yaml", "db 1")));
    world.settle();
    assertThat(world.loop.ready()).isDone();
    assertThat(world.served()).isEqualTo(Map.of("web", "1", "api", "1", "db", "1"));

    files.changed(List.of(document("a.yaml", "web 2")), List.of("b.yaml"));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "2"));
  }

  @Test
  void change_isOneCommit() {
    ConfigSink files = world.start("files").get(0);
    files.resync(List.of(document("a", "web 1"), document("b", "api 1")));
    world.settle();
    int before = world.commits;
    files.changed(List.of(document("a", "web 2"), document("c", "new 1")), List.of("b"));
    world.settle();
    assertThat(world.commits).isEqualTo(before + 1);
  }

  @Test
  void invalidUpdate_keepsTheValidVersionBefore() {
    ConfigSink files = world.start("files").get(0);
    files.resync(List.of(document("a", "web 1", "api 1")));
    world.settle();
    files.changed(List.of(document("a", "!web", "api 2")), List.of());
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "1", "api", "2"));
    assertThat(world.configs.status().get(0).problems())
        .extracting(DocumentProblem::document)
        .containsExactly("a");

    files.changed(List.of(document("a", "web 3", "api 2")), List.of());
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "3", "api", "2"));
    assertThat(world.configs.status().get(0).problems()).isEmpty();
  }

  @Test
  void unclearPart_keepsAllOfTheDocument() {
    ConfigSink files = world.start("files").get(0);
    files.resync(List.of(document("a", "web 1", "api 1"), document("b", "db 1")));
    world.settle();
    files.resync(List.of(document("a", "web 2", "?")));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "2", "api", "1"));
  }

  @Test
  void invalidInANewDocument_keepsWhatAnotherDocumentSaid() {
    ConfigSink files = world.start("files").get(0);
    files.resync(List.of(document("old", "web 1")));
    world.settle();
    files.changed(List.of(document("new", "!web")), List.of("old"));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "1"));
  }

  @Test
  void invalidCopyInAnotherDocument_holdsBackNothing() throws IOException {
    ConfigSink files = world.start("files").get(0);
    files.resync(List.of(document("b", "web 1")));
    world.settle();
    files.changed(List.of(document("a", "!web")), List.of());
    world.settle();
    files.changed(List.of(document("b", "web 2")), List.of());
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "2"));
    assertThat(world.configs.claims(new ResourceKey(Given.TYPE, "mesh/web")))
        .extracting(ConfigClaim::document)
        .containsExactly("b", "a");

    restart();
    files = world.start("files").get(0);
    files.resync(List.of(document("a", "!web"), document("b", "web 3")));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "3"));

    // The broken one is all that is left of it now, and the version before is the other's.
    files.changed(List.of(), List.of("b"));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "3"));
  }

  @Test
  void unclearDocument_holdsBackNothingThatAnotherSays() {
    ConfigSink files = world.start("files").get(0);
    files.resync(List.of(document("a", "web 1", "api 1")));
    world.settle();
    files.resync(List.of(document("a", "?"), document("b", "web 2")));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "2", "api", "1"));
  }

  @Test
  void restart_keepsVersionsAndTheLastValid() throws IOException {
    ConfigSink files = world.start("files").get(0);
    files.resync(List.of(document("a", "web 1", "api 1"), document("b", "db 1")));
    world.settle();
    restart();
    ConfigSink again = world.start("files").get(0);
    assertThat(world.loop.ready()).isDone();
    assertThat(world.served()).isEqualTo(Map.of("web", "1", "api", "1", "db", "1"));

    again.resync(List.of(document("a", "!web", "api 1"), document("b", "?")));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "1", "api", "1", "db", "1"));
    assertThat(world.commits).isZero();

    again.changed(List.of(document("b", "")), List.of("a"));
    world.settle();
    assertThat(world.served()).isEmpty();
  }

  @Test
  void twoSources_theHigherPriorityIsServedWhateverTheOrder() {
    List<ConfigSink> sinks = world.start("first", "second");
    sinks.get(1).resync(List.of(document("x", "web second", "api second")));
    sinks.get(0).resync(List.of(document("x", "web first")));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "first", "api", "second"));

    sinks.get(0).changed(List.of(), List.of("x"));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "second", "api", "second"));
  }

  @Test
  void sourceThatLeaves_staysUntilTheNewOneWasRead() {
    ConfigSink old = world.start("old").get(0);
    old.resync(List.of(document("x", "web 1", "api 1")));
    world.settle();
    ConfigSink next =
        Objects.requireNonNull(
            world
                .configs
                .reload(List.of("old"), List.of(), List.of(World.settings("next", 1)))
                .get("next"));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "1", "api", "1"));
    old.changed(List.of(), List.of("x"));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "1", "api", "1"));

    int before = world.commits;
    next.resync(List.of(document("x", "web 1")));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "1"));
    assertThat(world.commits).isEqualTo(before + 1);
  }

  @Test
  void sourceThatLeftWhileTheGatewayWasDown_goesOnceTheOthersAreRead() throws IOException {
    List<ConfigSink> sinks = world.start("first", "second");
    sinks.get(0).resync(List.of(document("x", "web first")));
    sinks.get(1).resync(List.of(document("x", "api second")));
    world.settle();
    restart();
    ConfigSink third = world.start("third").get(0);
    assertThat(world.served()).isEqualTo(Map.of("web", "first", "api", "second"));
    third.resync(List.of(document("y", "web third")));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("web", "third"));
  }

  private static ConfigDocument many(String key, int count) {
    return document(
        key, IntStream.range(0, count).mapToObj(i -> "r" + i + " 1").toArray(String[]::new));
  }

  @Test
  void largeLoss_isHeldUntilTheSourceHasSaidItLongEnough() {
    ConfigSink files = world.start("files").get(0);
    files.resync(List.of(many("a", 10), document("b", "web 1")));
    world.settle();
    files.resync(List.of(document("b", "web 1")));
    world.settle();
    assertThat(world.served()).hasSize(11);
    assertThat(world.configs.guards())
        .singleElement()
        .satisfies(guard -> assertThat(guard.heldServices()).isEqualTo(10));

    world.thread.advance(Duration.ofMinutes(4));
    files.resync(List.of(document("b", "web 1")));
    world.settle();
    assertThat(world.served()).hasSize(11);
    world.thread.advance(Duration.ofMinutes(2));
    files.alive();
    world.thread.advance(Duration.ofMinutes(5));
    assertThat(world.served()).isEqualTo(Map.of("web", "1"));
    assertThat(world.configs.guards()).isEmpty();
  }

  @Test
  void heldLoss_endsWhenItComesBackWhereverItStands() {
    ConfigSink files = world.start("files").get(0);
    files.resync(List.of(many("a", 10)));
    world.settle();
    files.changed(List.of(), List.of("a"));
    world.settle();
    assertThat(world.served()).hasSize(10);
    files.changed(List.of(many("moved", 10)), List.of());
    world.settle();
    assertThat(world.configs.guards()).isEmpty();
    files.changed(List.of(many("moved", 9)), List.of());
    world.settle();
    assertThat(world.served()).hasSize(9);
  }

  @Test
  void heldLoss_goesWhenItIsApprovedAndStaysWhenItIsRejected() {
    ConfigSink files = world.start("files").get(0);
    files.resync(List.of(many("a", 10)));
    world.settle();
    files.resync(List.of());
    world.settle();
    String id = world.configs.guards().get(0).id();
    assertThat(world.configs.reject(id)).isTrue();
    world.thread.advance(Duration.ofHours(1));
    assertThat(world.served()).hasSize(10);
    assertThat(world.configs.approve(id)).isTrue();
    world.settle();
    assertThat(world.served()).isEmpty();
    assertThat(world.configs.approve(id)).isFalse();
  }

  @Test
  void sourceThatLeavesForAnEmptyOne_isHeld() {
    ConfigSink old = world.start("old").get(0);
    old.resync(List.of(many("a", 10)));
    world.settle();
    ConfigSink next =
        Objects.requireNonNull(
            world
                .configs
                .reload(List.of("old"), List.of(), List.of(World.settings("next", 1)))
                .get("next"));
    next.resync(List.of());
    world.settle();
    assertThat(world.served()).hasSize(10);
    assertThat(world.configs.guards()).hasSize(1);
    world.thread.advance(Duration.ofMinutes(6));
    assertThat(world.served()).isEmpty();
  }
}
