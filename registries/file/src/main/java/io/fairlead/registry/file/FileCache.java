package io.fairlead.registry.file;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The services files as they were read last. A file is read again only if its stamp differs or is
 * too young to be relied on, and parsed again only if its bytes differ. Confined to the adapter's
 * thread.
 */
final class FileCache {
  private static final int MOST_PROBLEMS = 5;
  // A file may be replaced while it is read.
  private static final int MOST_READS = 3;

  private final SortedMap<Path, Entry> entries = new TreeMap<>();
  private @Nullable View view;

  /** What all files together say: every service, or why they cannot be used. */
  sealed interface View {
    /** Every service of every file. */
    record Whole(Map<ServiceId, Service> services) implements View {}

    /** At least one file is wrong, or two contradict each other. */
    record Broken(String problem, ServicesFileException cause) implements View {}
  }

  /** What one file says. */
  private sealed interface Parsed {
    /** Its services. */
    record Good(List<LocatedService> services) implements Parsed {
      Set<ServiceId> ids() {
        return services.stream().map(it -> it.service().id()).collect(Collectors.toSet());
      }
    }

    /** Why it is wrong. */
    record Bad(ServicesFileException problem) implements Parsed {}
  }

  private record Entry(Stamp stamp, long readMillis, String digest, Parsed parsed) {
    boolean holds(Stamp now) {
      return stamp.equals(now) && stamp.settledAt(readMillis);
    }
  }

  /**
   * Reads what changed since the last call.
   *
   * @param stop asked between files; the rest is left out once it is true
   * @return whether anything changed in what the files say
   * @throws IOException if a listed file cannot be read; what was read before it is kept
   */
  boolean load(Listing listing, BooleanSupplier stop) throws IOException {
    boolean changed = entries.keySet().retainAll(listing.files().keySet());
    try {
      for (Map.Entry<Path, Stamp> file : listing.files().entrySet()) {
        if (stop.getAsBoolean()) {
          break;
        }
        Entry known = entries.get(file.getKey());
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

  private boolean read(Path file, Stamp stamp, @Nullable Entry known) throws IOException {
    long now = System.currentTimeMillis();
    if (stamp.size() > YamlCursor.MOST_BYTES) {
      entries.put(file, new Entry(stamp, now, "", tooLarge(file, stamp)));
      return true;
    }
    byte[] content = Files.readAllBytes(file);
    String digest = digest(content);
    if (known != null && known.digest().equals(digest)) {
      entries.put(file, new Entry(stamp, now, digest, known.parsed()));
      return false;
    }
    entries.put(file, new Entry(stamp, now, digest, parse(file, content)));
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
    Entry known = entries.get(file);
    if (known == null || !(known.parsed() instanceof Parsed.Good before)) {
      return false;
    }
    try {
      for (int i = 0; i < MOST_READS; i++) {
        Stamp stamp = Stamp.of(file);
        if (stamp.equals(known.stamp())) {
          return true;
        }
        if (stamp.size() > YamlCursor.MOST_BYTES) {
          return false;
        }
        long now = System.currentTimeMillis();
        byte[] content = Files.readAllBytes(file);
        if (Stamp.of(file).equals(stamp)) {
          if (!(parse(file, content) instanceof Parsed.Good after)
              || !after.ids().containsAll(before.ids())) {
            return false;
          }
          entries.put(file, new Entry(stamp, now, digest(content), after));
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
        stamp.size() + " bytes (expected: at most " + YamlCursor.MOST_BYTES + "; split the file)";
    return new Parsed.Bad(new ServicesFileException(file, Position.START, problem, null));
  }

  private static String digest(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** What all files say as of the last {@link #load}; the same object while nothing changes. */
  View view() {
    View present = view;
    if (present == null) {
      present = merge();
      view = present;
    }
    return present;
  }

  private View merge() {
    List<ServicesFileException> problems = new ArrayList<>();
    Map<ServiceId, Service> services = new HashMap<>();
    Map<ServiceId, String> places = new HashMap<>();
    for (Map.Entry<Path, Entry> entry : entries.entrySet()) {
      Parsed parsed = entry.getValue().parsed();
      if (parsed instanceof Parsed.Bad bad) {
        problems.add(bad.problem());
      } else if (parsed instanceof Parsed.Good good) {
        for (LocatedService located : good.services()) {
          Service service = located.service();
          Position position = located.position();
          String other = places.putIfAbsent(service.id(), position.in(entry.getKey()));
          if (other == null) {
            services.put(service.id(), service);
          } else {
            problems.add(twice(entry.getKey(), position, service.id(), other));
          }
        }
      }
    }
    return problems.isEmpty()
        ? new View.Whole(Collections.unmodifiableMap(services))
        : broken(problems);
  }

  private static ServicesFileException twice(
      Path file, Position position, ServiceId id, String other) {
    return new ServicesFileException(
        file,
        position,
        "service " + id + ": also at " + other + " (expected: each service in one place)",
        null);
  }

  private static View broken(List<ServicesFileException> problems) {
    StringBuilder text = new StringBuilder();
    for (ServicesFileException problem :
        problems.subList(0, Math.min(MOST_PROBLEMS, problems.size()))) {
      text.append(text.length() == 0 ? "" : "; ").append(problem.getMessage());
    }
    if (problems.size() > MOST_PROBLEMS) {
      text.append("; and ").append(problems.size() - MOST_PROBLEMS).append(" more");
    }
    return new View.Broken(text.toString(), problems.get(0));
  }
}
