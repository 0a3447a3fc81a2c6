package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Tests that the kill loop finds the faults that it must find. */
final class KillLoopChecksTest {
  private static final String NAME = "files/a.files";

  private final Histories histories = new Histories();
  private final SeenVersions versions = new SeenVersions();
  private final SeenNumbers numbers = new SeenNumbers();

  private static MeshService state(String stamp) {
    return new MeshService(
        NAME,
        List.of("a.files"),
        List.of(),
        stamp,
        List.of(),
        new TreeMap<>(),
        MeshEndpoint.inLowestTerms(List.of()));
  }

  private static SeenResource seen(String version, String content) {
    return new SeenResource(NAME, version, content, state(content));
  }

  private void clientSees(String stamp) {
    histories.note(Map.of(NAME, seen("v" + stamp, stamp)));
  }

  @Test
  void state_thatIsSkipped_isRight() {
    histories.add(NAME, Optional.of(state("1")));
    histories.add(NAME, Optional.of(state("2")));
    histories.add(NAME, Optional.of(state("3")));

    assertThatCode(
            () -> {
              histories.note(Map.of());
              clientSees("1");
              clientSees("3");
            })
        .doesNotThrowAnyException();
  }

  @Test
  void state_thatWasSeenBefore_isALostCommit() {
    histories.add(NAME, Optional.of(state("1")));
    histories.add(NAME, Optional.of(state("2")));
    clientSees("2");

    assertThatThrownBy(() -> clientSees("1")).isInstanceOf(AssertionError.class);
  }

  @Test
  void resource_thatIsMissing_isLost() {
    histories.add(NAME, Optional.of(state("1")));
    clientSees("1");

    assertThatThrownBy(() -> histories.note(Map.of())).isInstanceOf(AssertionError.class);
  }

  @Test
  void resource_thatWasSeenToGo_isResurrected() {
    histories.add(NAME, Optional.of(state("1")));
    histories.add(NAME, Optional.empty());
    clientSees("1");
    histories.note(Map.of());

    assertThatThrownBy(() -> clientSees("1")).isInstanceOf(AssertionError.class);
  }

  @Test
  void state_thatNeverWas_isWrong() {
    histories.add(NAME, Optional.of(state("1")));

    assertThatThrownBy(() -> clientSees("torn")).isInstanceOf(AssertionError.class);
  }

  @Test
  void version_ofUnchangedContent_mustStay() {
    versions.note(seen("v1", "1"));

    assertThatThrownBy(() -> versions.note(seen("v2", "1"))).isInstanceOf(AssertionError.class);
  }

  @Test
  void version_ofOtherContent_mustDiffer() {
    versions.note(seen("v1", "1"));

    assertThatThrownBy(() -> versions.note(seen("v1", "2"))).isInstanceOf(AssertionError.class);
  }

  @Test
  void number_mustNotGoBackOverAStart() {
    numbers.started(false);
    numbers.note("e-5", List.of(seen("v1", "1")));
    numbers.started(false);

    assertThatThrownBy(() -> numbers.note("e-4", List.of())).isInstanceOf(AssertionError.class);
  }

  @Test
  void number_mustNotStandForTwoStates() {
    numbers.started(false);
    numbers.note("e-5", List.of(seen("v1", "1")));
    numbers.started(false);

    assertThatThrownBy(() -> numbers.note("e-5", List.of(seen("v2", "2"))))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void epoch_goesWithTheStore() {
    numbers.started(false);
    numbers.note("e-5", List.of());
    numbers.started(true);

    assertThatThrownBy(() -> numbers.note("e-6", List.of())).isInstanceOf(AssertionError.class);
    assertThatCode(() -> numbers.note("f-6", List.of())).doesNotThrowAnyException();
    assertThatThrownBy(() -> numbers.note("g-7", List.of())).isInstanceOf(AssertionError.class);
  }

  @Test
  void commit_mustNotBeUsedByTwoStarts() {
    ArrayNode commits = new ObjectMapper().createArrayNode();
    commits.addObject().put("number", 7);
    commits.addObject().put("number", 6);
    numbers.started(false);
    numbers.noteCommits(commits);
    numbers.started(false);

    assertThatThrownBy(() -> numbers.noteCommits(commits)).isInstanceOf(AssertionError.class);
  }
}
