package io.fairlead.registry.nacos;

import io.fairlead.nacos.NacosReadException;
import io.fairlead.nacos.NacosReadException.Fault;
import io.fairlead.registry.ServiceId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A read that spans all namespaces. Blocks; used by one thread at a time. */
final class WholeRead {
  private static final Logger LOG = LoggerFactory.getLogger(WholeRead.class);

  private final NacosReader source;
  private final Scope scope;

  WholeRead(NacosReader source, Scope scope) {
    this.source = source;
    this.scope = scope;
  }

  /**
   * The namespaces of a registry at one moment.
   *
   * @param present those that Nacos has
   * @param missing the configured ones that it does not have
   * @param failure says which are missing; null if none is
   */
  record Namespaces(
      Set<String> present, Set<String> missing, @Nullable NacosReadException failure) {
    static Namespaces allOf(Collection<String> present) {
      return new Namespaces(new TreeSet<>(present), Set.of(), null);
    }
  }

  /**
   * Returns the namespaces to read now. Nacos answers "no services" for a namespace that it does
   * not have, so a configured one that does not exist is a failure of that one, if the user may
   * list the namespaces.
   *
   * @throws NacosReadException also if Nacos has none of the configured namespaces
   */
  Namespaces namespaces() throws NacosReadException {
    Optional<Set<String>> known = source.namespaces();
    if (scope.all()) {
      return Namespaces.allOf(
          known.orElseThrow(
              () ->
                  new NacosReadException(
                      Fault.UNSUPPORTED,
                      "all: true (expected: a server and a user that can list namespaces)",
                      null)));
    }
    Set<String> present = new TreeSet<>(scope.namespaces());
    Set<String> missing = new TreeSet<>();
    if (known.isPresent()) {
      missing.addAll(present);
      missing.removeAll(known.get());
      present.retainAll(known.get());
    }
    if (missing.isEmpty()) {
      return Namespaces.allOf(present);
    }
    NacosReadException failure =
        new NacosReadException(
            Fault.MISCONFIGURED,
            "namespaces: "
                + String.join(", ", missing)
                + (missing.size() == 1 ? " is not a namespace" : " are not namespaces")
                + " of Nacos (expected: the id, not the name, of one of "
                + new TreeSet<>(known.orElseThrow())
                + ")",
            null);
    if (present.isEmpty()) {
      throw failure;
    }
    return new Namespaces(present, missing, failure);
  }

  /**
   * Reads the namespaces, each content as a direct read would give it. Of a missing one, too: what
   * is registered there stays registered when it is deleted.
   */
  Map<ServiceId, Content> everything(Namespaces namespaces) throws NacosReadException {
    Map<ServiceId, Content> contents = new HashMap<>();
    for (String namespace : namespaces.present()) {
      contents.putAll(everything(namespace));
    }
    for (String namespace : namespaces.missing()) {
      try {
        contents.putAll(everything(namespace));
      } catch (NacosReadException e) {
        // Told already, by the failure of the namespaces.
        LOG.debug("namespace {} is missing and cannot be read", namespace, e);
      }
    }
    return contents;
  }

  private Map<ServiceId, Content> everything(String namespace) throws NacosReadException {
    Map<ServiceId, Content> contents =
        new HashMap<>(source.all(namespace, any -> Optional.empty()));
    // The whole read has no threshold: where the list shows a reached one, a direct read decides.
    List<ServiceRow> rows = source.hasCounts() ? source.list(namespace) : List.of();
    for (ServiceRow row : rows) {
      Content content = contents.get(row.id());
      if (content == null || row.contradicts(content)) {
        source.read(row.id()).ifPresent(direct -> contents.put(row.id(), direct));
      }
    }
    return contents;
  }

  /**
   * The outcome of a later whole read.
   *
   * @param contents the contents of the namespaces that could be read
   * @param failure the failure of one of the others; null if all could be read
   */
  record Contents(Map<ServiceId, Content> contents, @Nullable NacosReadException failure) {
    static final Contents NONE = new Contents(Map.of(), null);
  }

  /**
   * Reads namespaces once more; one that cannot be read leaves the others to be read.
   *
   * @param known as for {@link NacosReader#all}
   */
  Contents again(Set<String> namespaces, Function<ServiceId, Optional<Content>> known) {
    Map<ServiceId, Content> contents = new HashMap<>();
    NacosReadException failure = null;
    for (String namespace : namespaces) {
      try {
        contents.putAll(source.all(namespace, known));
      } catch (NacosReadException e) {
        if (failure != null) {
          e.addSuppressed(failure);
        }
        failure = e;
      }
    }
    return new Contents(contents, failure);
  }
}
