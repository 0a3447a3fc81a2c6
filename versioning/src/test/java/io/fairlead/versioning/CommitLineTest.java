package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Each commit has one line in the log, whatever it changed. */
class CommitLineTest {
  private static final Logger LOGGER =
      (Logger) LoggerFactory.getLogger("io.fairlead.versioning.Commit");

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    LOGGER.setLevel(Level.INFO);
    lines.start();
    LOGGER.addAppender(lines);
  }

  @AfterEach
  void stop() {
    LOGGER.detachAppender(lines);
    LOGGER.setLevel(null);
  }

  private static Resource of(String registry, String name, String body) {
    return Resources.of(name, body)
        .withOrigin(new Origin("service", registry + " virtual 0 ", name));
  }

  private void commit(List<Resource> puts, String... removed) {
    store.commit(ChangeSet.of(puts, Stream.of(removed).map(Resources::key).toList()));
  }

  private String last() {
    return lines.list.get(lines.list.size() - 1).getFormattedMessage();
  }

  @Test
  void commit_saysWhatItAddedChangedAndRemoved_andOfWhom() {
    commit(List.of(of("dc1", "a", "1"), of("dc1", "b", "1"), of("files", "c", "1")));
    assertThat(last()).matches("\\d+: ServiceEntry 3 added of dc1, files \\(\\d+ ms\\)");

    commit(List.of(of("dc1", "a", "2"), of("dc1", "b", "1"), of("dc1", "d", "1")), "c");

    assertThat(last())
        .matches("\\d+: ServiceEntry 1 added, 1 changed, 1 removed of dc1, files \\(\\d+ ms\\)");
    assertThat(lines.list).hasSize(2);
    Map<String, Object> fields =
        lines.list.get(1).getKeyValuePairs().stream()
            .collect(Collectors.toMap(pair -> pair.key, pair -> pair.value));
    assertThat(fields)
        .containsEntry("added", 1)
        .containsEntry("changed", 1)
        .containsEntry("removed", 1)
        .containsEntry("commit", store.current().number())
        .containsEntry("registries", "dc1, files");
  }

  @Test
  void commit_ofManyRegistries_namesAFew() {
    commit(IntStream.range(0, 8).mapToObj(i -> of("r" + i, "s" + i, "1")).toList());

    assertThat(last()).contains("8 added of r0, r1, r2, r3, r4 and 3 more (");
  }

  @Test
  void commit_thatClientsDoNotSee_hasNoLine() {
    commit(List.of(of("dc1", "a", "1")));
    commit(List.of(of("dc2", "a", "1")));
    store.commit(new ChangeSet(List.of(), List.of(), Map.of("note", "x"), java.util.Set.of()));

    assertThat(lines.list).hasSize(1);
  }
}
