package io.fairlead.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListingTest {
  /** Each folder of a chain has two links to the next one, so that there are 2^20 ways. */
  @Test
  void linksToFarMoreThanAnybodyKeeps_areRefusedByTheirNumber(@TempDir Path folder)
      throws IOException {
    Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
    for (int i = 0; i < 20; i++) {
      Path each = Files.createDirectories(elsewhere.resolve("f" + i));
      for (String name : new String[] {"a", "b"}) {
        Files.createSymbolicLink(each.resolve(name), elsewhere.resolve("f" + (i + 1)));
      }
    }
    Path top = Files.createDirectories(folder.resolve("top"));
    Files.writeString(top.resolve("a.yaml"), "services: []");
    assertThat(Listing.of(top).files()).containsOnlyKeys(top.resolve("a.yaml"));
    Files.createSymbolicLink(top.resolve("all"), elsewhere.resolve("f0"));

    assertThatThrownBy(() -> Listing.of(top))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("more than 100000 files and folders, among them " + top)
        .hasMessageContaining("look for a link to a larger one");
  }
}
