package io.fairlead.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GitLockTest {
  private final Path folder;
  private long nanos;

  GitLockTest(@TempDir Path folder) throws IOException {
    this.folder = folder.toRealPath();
  }

  private Path lockIn(Path git) throws IOException {
    return Files.createFile(Files.createDirectories(git).resolve("index.lock"));
  }

  @Test
  void find_looksIntoTheFolderAndThoseAboveIt() throws IOException {
    Path top = Files.createDirectories(folder.resolve("repository/deep/er"));
    assertThat(GitLock.find(top, List.of())).isEmpty();
    Path lock = lockIn(folder.resolve("repository/.git"));
    assertThat(GitLock.find(top, List.of())).containsExactly(lock);
    assertThat(GitLock.find(folder.resolve("repository/missing"), List.of())).containsExactly(lock);
    Path nearer = lockIn(top.resolve(".git"));
    assertThat(GitLock.find(top, List.of())).containsExactly(nearer, lock);
    Files.delete(lock);
    Files.delete(nearer);
    assertThat(GitLock.find(top, List.of())).isEmpty();
  }

  @Test
  void find_followsLinksToFolders() throws IOException {
    Path top = Files.createDirectories(folder.resolve("repository/mesh"));
    Path lock = lockIn(folder.resolve("repository/.git"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), top);
    assertThat(GitLock.find(link, List.of())).containsExactly(lock);
  }

  @Test
  void find_looksWhereALinkedWorkTreeSays() throws IOException {
    Path git = folder.resolve("repository/.git/worktrees/linked");
    Path lock = lockIn(git);
    Path linked = Files.createDirectory(folder.resolve("linked"));
    for (String text : List.of("gitdir: " + git, "gitdir: ../repository/.git/worktrees/linked\n")) {
      Files.writeString(linked.resolve(".git"), text);
      assertThat(GitLock.find(linked, List.of()))
          .singleElement()
          .satisfies(found -> assertThat(found).exists().hasSameBinaryContentAs(lock));
    }
    for (String text : List.of("", "something", "gitdir: \0", "gitdir: nowhere")) {
      Files.writeString(linked.resolve(".git"), text);
      assertThat(GitLock.find(linked, List.of())).as(text).isEmpty();
    }
  }

  @Test
  void listing_namesWorkTreesBelow() throws IOException {
    Path lock = lockIn(folder.resolve("team/.git"));
    Files.writeString(Files.createDirectory(folder.resolve("other")).resolve(".git"), "gitdir: x");
    assertThat(Listing.of(folder).workTrees())
        .containsExactly(folder.resolve("other"), folder.resolve("team"));
    assertThat(GitLock.find(folder, Listing.of(folder).workTrees())).containsExactly(lock);
  }

  @Test
  void lockThatLasts_isHeldForAWhileAndThenNotUntilItGoes() {
    GitLock lock = new GitLock("files", Duration.ofSeconds(60), () -> nanos);
    List<Path> found = List.of(folder);
    nanos = Long.MAX_VALUE - 5;
    assertThat(lock.isHeld(List.of())).isFalse();
    assertThat(lock.isHeld(found)).isTrue();
    nanos += Duration.ofSeconds(59).toNanos();
    assertThat(lock.isHeld(found)).isTrue();
    nanos += Duration.ofSeconds(1).toNanos();
    assertThat(lock.isHeld(found)).isFalse();
    nanos += Duration.ofHours(1).toNanos();
    assertThat(lock.isHeld(found)).isFalse();
    assertThat(lock.isHeld(List.of())).isFalse();
    assertThat(lock.isHeld(found)).isTrue();
  }
}
