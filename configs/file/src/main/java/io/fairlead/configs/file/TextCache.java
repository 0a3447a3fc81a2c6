package io.fairlead.configs.file;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.files.Listing;
import io.fairlead.files.Stamp;
import io.fairlead.files.TimedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A cache of the texts of the files as they were read last. A file is read again only if its stamp
 * differs or is too young to be relied on. Confined to the source's thread.
 */
final class TextCache {
  /** The most bytes of a file: as many as a text may have characters. */
  static final int MAX_BYTES = 16 << 20;

  /** A file as it was read. */
  private record Known(Stamp stamp, long readMillis, ConfigDocument document) {
    boolean holds(Stamp now) {
      return stamp.equals(now) && stamp.settledAt(readMillis);
    }
  }

  private final Path top;
  private final TimedFiles files;
  private final Map<Path, Known> known = new HashMap<>();

  TextCache(Path top, TimedFiles files) {
    this.top = top;
    this.files = files;
  }

  /** The outcome of a look: what could be read, and why the rest could not. */
  record Texts(Map<String, ConfigDocument> documents, Map<String, String> unreadable) {}

  /**
   * Reads the files of a listing that changed.
   *
   * @throws NoSuchFileException if one vanished meanwhile
   */
  Texts read(Listing listing, BooleanSupplier stop) throws IOException {
    Map<String, ConfigDocument> documents = new TreeMap<>();
    Map<String, String> unreadable = new TreeMap<>();
    listing.unreadable().forEach((path, reason) -> unreadable.put(key(path), reason));
    for (Map.Entry<Path, Stamp> file : listing.files().entrySet()) {
      if (stop.getAsBoolean()) {
        break;
      }
      Path path = file.getKey();
      Known before = known.get(path);
      try {
        Known now =
            before != null && before.holds(file.getValue())
                ? before
                : read(path, file.getValue(), before);
        known.put(path, now);
        documents.put(now.document().key(), now.document());
      } catch (NoSuchFileException e) {
        throw e;
      } catch (IOException e) {
        known.remove(path);
        unreadable.put(key(path), Listing.reason(e));
      }
    }
    known.keySet().retainAll(listing.files().keySet());
    return new Texts(documents, unreadable);
  }

  private Known read(Path path, Stamp stamp, @Nullable Known before) throws IOException {
    long now = System.currentTimeMillis();
    ConfigDocument document =
        stamp.size() > MAX_BYTES ? tooLarge(path, stamp.size()) : document(path);
    return new Known(
        stamp,
        now,
        before != null && before.document().equals(document) ? before.document() : document);
  }

  private ConfigDocument document(Path path) throws IOException {
    // What is no UTF-8 is refused where the text is read: it has a character that stands for that.
    return new ConfigDocument(
        key(path), new String(files.read(path, MAX_BYTES), StandardCharsets.UTF_8));
  }

  // It is known what is there, so it is no failure of the source, which would keep all else.
  private ConfigDocument tooLarge(Path path, long size) {
    return new ConfigDocument(
        key(path),
        "",
        "a file of " + size + " bytes (expected: at most " + MAX_BYTES + ", in several files)");
  }

  private String key(Path path) {
    return path.equals(top)
        ? String.valueOf(path.getFileName())
        : top.relativize(path).toString().replace('\\', '/');
  }
}
