package io.fairlead.registry.file;

import io.fairlead.files.Listing;
import io.fairlead.files.Stamp;
import io.fairlead.files.TimedFiles;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A cache of the services files as they were read last. A file is read again only if its stamp
 * differs or is too young to be relied on, and parsed again only if its bytes differ. Of a file
 * that cannot be used the last usable content is kept. Confined to the adapter's thread.
 */
final class FileCache {
  // A file may be replaced while it is read.
  private static final int MAX_READS = 3;

  private final TimedFiles files;
  private final SortedMap<Path, CachedFile> cachedFiles = new TreeMap<>();
  // By digest: the last usable content of files that were unusable and vanished since the last
  // read.
  private Map<String, Parsed.Good> lastOfRenamed = Map.of();
  private @Nullable FileView view;

  FileCache(TimedFiles files) {
    this.files = files;
  }

  /** The content of one file. */
  private sealed interface Parsed {
    /** The services of a valid file. */
    record Good(List<LocatedService> services) implements Parsed {
      Set<ServiceId> ids() {
        return services.stream().map(it -> it.service().id()).collect(Collectors.toSet());
      }
    }

    /** The problem of an invalid file. */
    record Bad(ServicesFileException problem) implements Parsed {}
  }

  /**
   * The state of one path.
   *
   * @param stamp of the file; null if it could not be read at all, and is to be read again
   * @param digest of its bytes; empty if they were not read
   * @param last its last usable content, which is the present one if that is good
   */
  private record CachedFile(
      @Nullable Stamp stamp,
      long readMillis,
      String digest,
      Parsed parsed,
      Parsed.@Nullable Good last) {
    static CachedFile of(
        Stamp stamp, long readMillis, String digest, Parsed parsed, @Nullable CachedFile before) {
      return new CachedFile(
          stamp,
          readMillis,
          digest,
          parsed,
          parsed instanceof Parsed.Good good ? good : last(before));
    }

    static CachedFile unread(ServicesFileException problem, @Nullable CachedFile before) {
      return new CachedFile(null, 0, "", new Parsed.Bad(problem), last(before));
    }

    private static Parsed.@Nullable Good last(@Nullable CachedFile before) {
      return before == null ? null : before.last;
    }

    boolean holds(Stamp now) {
      return stamp != null && stamp.equals(now) && stamp.settledAt(readMillis);
    }

    boolean isBad() {
      return parsed instanceof Parsed.Bad;
    }
  }

  /**
   * Reads the files that changed since the last call.
   *
   * @param stop asked between files; the rest is skipped once it is true
   * @return whether the content of any file changed
   * @throws IOException if a listed file vanished meanwhile; files read before it stay read
   */
  boolean load(Listing listing, BooleanSupplier stop) throws IOException {
    boolean changed = false;
    try {
      changed |= takeUnreadable(listing);
      changed |= forgetGone(listing);
      for (Map.Entry<Path, Stamp> file : listing.files().entrySet()) {
        if (stop.getAsBoolean()) {
          break;
        }
        CachedFile known = cachedFiles.get(file.getKey());
        if (known == null || !known.holds(file.getValue())) {
          changed |= read(file.getKey(), file.getValue(), known);
        }
      }
    } finally {
      if (changed) {
        view = null;
      }
    }
    return changed;
  }

  private boolean takeUnreadable(Listing listing) {
    boolean changed = false;
    for (Map.Entry<Path, String> one : listing.unreadable().entrySet()) {
      changed |= unreadable(one.getKey(), one.getValue());
    }
    return changed;
  }

  private boolean unreadable(Path path, String reason) {
    CachedFile known = cachedFiles.get(path);
    CachedFile now = CachedFile.unread(ServicesFileException.of(path, reason), known);
    cachedFiles.put(path, now);
    return known == null || !isSameProblem(known, now);
  }

  private static boolean isSameProblem(CachedFile one, CachedFile other) {
    return one.parsed() instanceof Parsed.Bad bad
        && other.parsed() instanceof Parsed.Bad worse
        && String.valueOf(bad.problem().getMessage())
            .equals(String.valueOf(worse.problem().getMessage()));
  }

  // Files below a folder that cannot be read do not count as gone.
  private boolean forgetGone(Listing listing) {
    boolean changed = false;
    Map<String, Parsed.Good> wereBad = new HashMap<>();
    for (Map.Entry<Path, CachedFile> one : List.copyOf(cachedFiles.entrySet())) {
      Path path = one.getKey();
      CachedFile cached = one.getValue();
      if (listing.files().containsKey(path) || listing.unreadable().containsKey(path)) {
        continue;
      }
      Optional<Path> folder =
          listing.unreadable().keySet().stream().filter(path::startsWith).findFirst();
      if (folder.isPresent()) {
        if (cached.last() != null) {
          changed |= unreadable(path, "in a folder that cannot be read, " + folder.get());
        }
      } else {
        cachedFiles.remove(path);
        changed = true;
        if (cached.isBad() && cached.last() != null) {
          wereBad.put(cached.digest(), cached.last());
        }
      }
    }
    lastOfRenamed = wereBad;
    return changed;
  }

  private boolean read(Path file, Stamp stamp, @Nullable CachedFile known) throws IOException {
    long now = System.currentTimeMillis();
    if (stamp.size() > YamlCursor.MAX_BYTES) {
      cachedFiles.put(file, CachedFile.of(stamp, now, "", tooLarge(file, stamp), known));
      return true;
    }
    byte[] content;
    try {
      content = files.read(file, YamlCursor.MAX_BYTES);
    } catch (NoSuchFileException e) {
      // The next listing shows whether it is gone.
      throw e;
    } catch (IOException e) {
      return unreadable(file, Listing.reason(e));
    }
    String digest = digest(content);
    if (known != null && known.digest().equals(digest)) {
      cachedFiles.put(file, CachedFile.of(stamp, now, digest, known.parsed(), known));
      return false;
    }
    CachedFile read = CachedFile.of(stamp, now, digest, parse(file, content), known);
    if (read.isBad() && read.last() == null && lastOfRenamed.containsKey(digest)) {
      // The same invalid content under another name: its last usable content moves with it.
      read = new CachedFile(stamp, now, digest, read.parsed(), lastOfRenamed.get(digest));
    }
    cachedFiles.put(file, read);
    return true;
  }

  private static Parsed parse(Path file, byte[] content) {
    try {
      return new Parsed.Good(ServicesReader.read(file, content));
    } catch (ServicesFileException e) {
      return new Parsed.Bad(e);
    }
  }

  /**
   * Reads a file that another was renamed to, without a look at the others. What comes by a rename
   * was written to its end. And only a file that still has all its services can be taken alone: one
   * that is missing may be on its way to another file.
   *
   * @param file what the events say to have been renamed; its inode says nothing, since that of the
   *     file before may have been given to the one after it
   * @return whether it could be taken, or was read before; else nothing changed, and all files are
   *     to be read
   */
  boolean replace(Path file) {
    CachedFile known = cachedFiles.get(file);
    if (known == null || !(known.parsed() instanceof Parsed.Good before)) {
      return false;
    }
    try {
      for (int i = 0; i < MAX_READS; i++) {
        Stamp stamp = files.stamp(file);
        if (stamp.equals(known.stamp())) {
          return true;
        }
        if (stamp.size() > YamlCursor.MAX_BYTES) {
          return false;
        }
        long now = System.currentTimeMillis();
        byte[] content = files.read(file, YamlCursor.MAX_BYTES);
        if (files.stamp(file).equals(stamp)) {
          if (!(parse(file, content) instanceof Parsed.Good after)
              || !after.ids().containsAll(before.ids())) {
            return false;
          }
          cachedFiles.put(file, CachedFile.of(stamp, now, digest(content), after, known));
          view = null;
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      // The look at all files that follows finds it, too, and tells.
      return false;
    }
  }

  private static Parsed tooLarge(Path file, Stamp stamp) {
    String problem =
        stamp.size() + " bytes (expected: at most " + YamlCursor.MAX_BYTES + "; split the file)";
    return new Parsed.Bad(new ServicesFileException(file, TextPosition.START, problem, null));
  }

  private static String digest(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * Returns the view of all files as of the last {@link #load}; the same object if nothing changed.
   */
  FileView view() {
    FileView present = view;
    if (present == null) {
      present = merge();
      view = present;
    }
    return present;
  }

  private FileView merge() {
    FileView.Builder merged = new FileView.Builder();
    for (Map.Entry<Path, CachedFile> one : cachedFiles.entrySet()) {
      CachedFile cached = one.getValue();
      if (cached.parsed() instanceof Parsed.Good good) {
        good.services().forEach(service -> merged.add(one.getKey(), service));
      } else if (cached.parsed() instanceof Parsed.Bad bad) {
        merged.unreadable(
            one.getKey(),
            bad.problem(),
            cached.last() == null ? List.of() : cached.last().services());
      }
    }
    return merged.build();
  }
}
