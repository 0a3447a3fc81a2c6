package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CommitHistoryTest {
  private static final ResourceType TYPE = new ResourceType("networking.istio.io", "ServiceEntry");

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());

  private static Resource resource(String name, int bytes) {
    return Resource.encode(
        new ResourceContent(
            new ResourceKey(TYPE, "a/" + name),
            Map.of(),
            Map.of(),
            Set.of(),
            Instant.EPOCH,
            "type.googleapis.com/x",
            ByteString.copyFrom(new byte[bytes])));
  }

  private CommitHistory.Entry commit(List<Resource> puts, List<ResourceKey> removals) {
    assertThat(store.commit(ChangeSet.of(puts, removals))).isPresent();
    return store.history().find(store.current().number()).orElseThrow();
  }

  @Test
  void change_hasTheResourceBeforeAndAfter() {
    Resource first = resource("web", 1);
    Resource second = resource("web", 2);

    CommitHistory.Change added = commit(List.of(first), List.of()).changes().get(0);
    CommitHistory.Change changed = commit(List.of(second), List.of()).changes().get(0);
    CommitHistory.Entry last = commit(List.of(), List.of(second.key()));

    assertThat(added).isEqualTo(new CommitHistory.Change(null, first));
    assertThat(changed).isEqualTo(new CommitHistory.Change(first, second));
    assertThat(last.changes()).containsExactly(new CommitHistory.Change(second, null));
    assertThat(last.omitted()).isZero();
    assertThat(last.find(first.key())).isPresent();
    assertThat(store.history().entries()).hasSize(3);
  }

  @Test
  void largeCommit_isCountedBeyondItsFirstChanges() {
    List<Resource> many = new ArrayList<>();
    for (int i = 0; i < CommitHistory.MAX_CHANGES + 7; i++) {
      many.add(resource("web-" + i, 1));
    }

    CommitHistory.Entry entry = commit(many, List.of());

    assertThat(entry.changes()).hasSize(CommitHistory.MAX_CHANGES);
    assertThat(entry.omitted()).isEqualTo(7);
  }

  @Test
  void oldChanges_areCountedOnly_whereTheirResourcesAreLarge() {
    int half = (int) (CommitHistory.MAX_BYTES / 2);

    long first = commit(List.of(resource("web", half)), List.of()).summary().number();
    long second = commit(List.of(resource("other", half)), List.of()).summary().number();

    assertThat(store.history().find(first).orElseThrow().changes()).isEmpty();
    assertThat(store.history().find(first).orElseThrow().omitted()).isEqualTo(1);
    assertThat(store.history().find(second).orElseThrow().changes()).hasSize(1);
  }

  @Test
  void oldCommits_areForgotten() {
    long first = commit(List.of(resource("web", 0)), List.of()).summary().number();
    for (int i = 1; i <= CommitHistory.MAX_COMMITS; i++) {
      commit(List.of(resource("web", i)), List.of());
    }

    assertThat(store.history().entries()).hasSize(CommitHistory.MAX_COMMITS);
    assertThat(store.history().find(first)).isEmpty();
  }
}
