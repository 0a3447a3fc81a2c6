package io.fairlead.registry.nacos;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads the cheap list of every namespace. Blocks; used by one thread at a time. */
final class Poll {
  // Namespaces are made and deleted by hand.
  private static final long NAMESPACES_EVERY = Duration.ofSeconds(5).toNanos();

  private final NacosSource source;
  private final WholeRead whole;
  private Set<String> namespaces;
  private long namespacesAt = System.nanoTime();

  Poll(NacosSource source, Scope scope, Set<String> namespaces) {
    this.source = source;
    this.whole = new WholeRead(source, scope);
    this.namespaces = namespaces;
  }

  /**
   * What one poll found.
   *
   * @param rows the list of each namespace that could be read
   * @param failed the others
   * @param failure why one of these could not
   */
  record Listed(
      Map<String, List<ServiceRow>> rows, Set<String> failed, @Nullable Exception failure) {}

  /**
   * Reads the lists.
   *
   * @param known namespaces that have services, to be read even if Nacos forgot them: only their
   *     lists say that the services are gone
   * @throws NacosReadException if none could be read, or a configured one is not there
   */
  Listed run(Set<String> known) throws NacosReadException {
    if (System.nanoTime() - namespacesAt >= NAMESPACES_EVERY) {
      namespaces = whole.namespaces();
      namespacesAt = System.nanoTime();
    }
    Set<String> all = new TreeSet<>(namespaces);
    all.addAll(known);
    Map<String, List<ServiceRow>> rows = new HashMap<>();
    Set<String> failed = new TreeSet<>();
    NacosReadException failure = null;
    for (String namespace : all) {
      try {
        rows.put(namespace, source.list(namespace));
      } catch (NacosReadException e) {
        if (failure != null) {
          e.addSuppressed(failure);
        }
        failure = e;
        failed.add(namespace);
      }
    }
    if (rows.isEmpty() && failure != null) {
      throw failure;
    }
    return new Listed(rows, failed, failure);
  }
}
