package io.fairlead.versioning;

import io.fairlead.common.Counts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * The result of looking at a store's file without opening it: nothing is made, migrated or set
 * aside.
 *
 * @param state how it is
 * @param text what it has, or what is wrong
 */
public record StoreCheck(State state, String text) {
  /** The state of a store's file. */
  public enum State {
    /** There is none yet. */
    MISSING,
    /** It can be read, and nobody has it. */
    SOUND,
    /** Another process has it. */
    IN_USE,
    /** It would be set aside at a start, and a new one begun. */
    UNUSABLE,
    /** It cannot be read. */
    FAILING
  }

  /** Looks at a file. */
  public static StoreCheck of(Path path) {
    Path file = path.toAbsolutePath().normalize();
    try {
      if (!Files.exists(file)) {
        return new StoreCheck(State.MISSING, "no file yet");
      }
      file = file.toRealPath();
      if (Files.size(file) == 0) {
        return new StoreCheck(State.SOUND, "an empty file");
      }
      try (FileOwnership ownership = FileOwnership.take(file)) {
        return of(new SqliteReading(file).examine());
      }
    } catch (CommitLogException e) {
      String text = String.valueOf(e.getMessage());
      return new StoreCheck(e.getCause() == null ? State.IN_USE : State.FAILING, text);
    } catch (IOException | SQLException e) {
      return new StoreCheck(State.FAILING, "cannot be read: " + PlainCause.of(e));
    }
  }

  private static StoreCheck of(SqliteExamination examination) {
    if (examination instanceof SqliteExamination.Unusable unusable) {
      return new StoreCheck(State.UNUSABLE, unusable.word() + ": " + unusable.reason());
    }
    return new StoreCheck(
        State.SOUND,
        examination instanceof SqliteExamination.Sound sound
            ? Counts.of(sound.state().resources().size(), "resource")
            : "nothing in it yet");
  }
}
