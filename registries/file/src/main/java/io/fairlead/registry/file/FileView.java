package io.fairlead.registry.file;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The merged content of all files. Immutable. */
sealed interface FileView {
  /**
   * Every service of every file.
   *
   * @param services unmodifiable
   */
  record Whole(Map<ServiceId, Service> services) implements FileView {}

  /**
   * The view while files cannot be used or contradict each other.
   *
   * @param services the services of the usable files
   * @param last the services that the others had when they were last usable
   * @param contradicted services that are in several of the usable files
   * @param unreadable unusable paths: services missing elsewhere may be there
   * @param problem all problems as one text
   * @param cause the first problem
   */
  record Partial(
      Map<ServiceId, Service> services,
      Map<ServiceId, Service> last,
      Set<ServiceId> contradicted,
      Set<Path> unreadable,
      String problem,
      ServicesFileException cause)
      implements FileView {}

  /** Returns the services that some file has, or had when it was last usable. */
  default Set<ServiceId> known() {
    if (this instanceof Whole whole) {
      return whole.services().keySet();
    }
    Partial part = (Partial) this;
    Set<ServiceId> known = new HashSet<>(part.services().keySet());
    known.addAll(part.last().keySet());
    known.addAll(part.contradicted());
    return known;
  }

  /** A builder that merges the content of files. */
  final class Builder {
    private static final int MAX_PROBLEMS = 5;

    private final Map<ServiceId, Service> services = new HashMap<>();
    private final Map<ServiceId, String> places = new HashMap<>();
    private final Map<ServiceId, Service> last = new HashMap<>();
    private final Set<ServiceId> contradicted = new HashSet<>();
    private final Set<Path> unreadable = new TreeSet<>();
    private final List<ServicesFileException> problems = new ArrayList<>();

    /** Adds a service of a usable file. */
    void add(Path file, LocatedService located) {
      Service service = located.service();
      String other = places.putIfAbsent(service.id(), located.position().in(file));
      if (other == null) {
        services.put(service.id(), service);
        return;
      }
      contradicted.add(service.id());
      problems.add(
          new ServicesFileException(
              file,
              located.position(),
              "service "
                  + service.id()
                  + ": also at "
                  + other
                  + " (expected: each service in one place)",
              null));
    }

    /** Adds an unusable file with the services of its last usable content. */
    void unreadable(Path path, ServicesFileException problem, List<LocatedService> lastServices) {
      unreadable.add(path);
      problems.add(problem);
      for (LocatedService located : lastServices) {
        last.putIfAbsent(located.service().id(), located.service());
      }
    }

    FileView build() {
      if (problems.isEmpty()) {
        return new Whole(Collections.unmodifiableMap(services));
      }
      services.keySet().removeAll(contradicted);
      return new Partial(services, last, contradicted, unreadable, text(), problems.get(0));
    }

    /** Returns each problem as a line. */
    List<String> problems() {
      return problems.stream().map(problem -> String.valueOf(problem.getMessage())).toList();
    }

    private String text() {
      StringBuilder text = new StringBuilder();
      for (ServicesFileException problem :
          problems.subList(0, Math.min(MAX_PROBLEMS, problems.size()))) {
        text.append(text.length() == 0 ? "" : "; ").append(problem.getMessage());
      }
      if (problems.size() > MAX_PROBLEMS) {
        text.append("; and ").append(problems.size() - MAX_PROBLEMS).append(" more");
      }
      return text.toString();
    }
  }
}
