package io.fairlead.registry.nacos;

import io.fairlead.nacos.NacosReadException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A poll of the cheap list of every namespace. Blocks; used by one thread at a time. */
final class Poll {
  // Seldom is enough: people create and delete namespaces by hand.
  private static final long NAMESPACES_INTERVAL = Duration.ofSeconds(5).toNanos();

  private final NacosReader source;
  private final WholeRead whole;
  private WholeRead.Namespaces namespaces;
  private long namespacesAt = System.nanoTime();

  Poll(NacosReader source, Scope scope, WholeRead.Namespaces namespaces) {
    this.source = source;
    this.whole = new WholeRead(source, scope);
    this.namespaces = namespaces;
  }

  /**
   * The result of one poll.
   *
   * @param rows the list of each namespace that could be read
   * @param failed the namespaces that could not be read, or that Nacos does not have
   * @param failure the failure of one of these
   */
  record PollResult(
      Map<String, List<ServiceRow>> rows, Set<String> failed, @Nullable Exception failure) {}

  /**
   * Reads the lists.
   *
   * @param known namespaces that have services, to be read even if Nacos no longer has them, unless
   *     they are configured: only their lists show that the services are gone
   * @throws NacosReadException if none could be read
   */
  PollResult run(Set<String> known) throws NacosReadException {
    if (System.nanoTime() - namespacesAt >= NAMESPACES_INTERVAL) {
      namespaces = whole.namespaces();
      namespacesAt = System.nanoTime();
    }
    Set<String> all = new TreeSet<>(namespaces.present());
    all.addAll(known);
    all.removeAll(namespaces.missing());
    Map<String, List<ServiceRow>> rows = new HashMap<>();
    Set<String> failed = new TreeSet<>(namespaces.missing());
    NacosReadException failure = namespaces.failure();
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
    return new PollResult(rows, failed, failure);
  }
}
