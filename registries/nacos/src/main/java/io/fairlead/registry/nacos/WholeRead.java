package io.fairlead.registry.nacos;

import io.fairlead.nacos.NacosReadException;
import io.fairlead.nacos.NacosReadException.Fault;
import io.fairlead.registry.ServiceId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A read that spans all namespaces. Blocks; used by one thread at a time. */
final class WholeRead {
  private final NacosReader source;
  private final Scope scope;

  WholeRead(NacosReader source, Scope scope) {
    this.source = source;
    this.scope = scope;
  }

  /**
   * Returns the namespaces to read now. Nacos answers "no services" for a namespace that it does
   * not have, so a configured one that does not exist is an error if the user may list the
   * namespaces.
   */
  Set<String> namespaces() throws NacosReadException {
    Optional<Set<String>> known = source.namespaces();
    if (scope.all()) {
      return new TreeSet<>(
          known.orElseThrow(
              () ->
                  new NacosReadException(
                      Fault.UNSUPPORTED,
                      "all: true (expected: a server and a user that can list namespaces)",
                      null)));
    }
    if (known.isPresent()) {
      for (String namespace : scope.namespaces()) {
        if (!known.get().contains(namespace)) {
          throw new NacosReadException(
              Fault.MISCONFIGURED,
              "namespaces: "
                  + namespace
                  + " is not a namespace of Nacos (expected: the id, not the name, of one of "
                  + new TreeSet<>(known.get())
                  + ")",
              null);
        }
      }
    }
    return new TreeSet<>(scope.namespaces());
  }

  /** Reads everything, each content as a direct read would give it. */
  Map<ServiceId, Content> everything() throws NacosReadException {
    Map<ServiceId, Content> contents = new HashMap<>();
    for (String namespace : namespaces()) {
      Map<ServiceId, Content> part = new HashMap<>(source.all(namespace, any -> Optional.empty()));
      // The whole read has no threshold: where the list shows a reached one, a direct read decides.
      List<ServiceRow> rows = source.hasCounts() ? source.list(namespace) : List.of();
      for (ServiceRow row : rows) {
        Content content = part.get(row.id());
        if (content == null || row.contradicts(content)) {
          source.read(row.id()).ifPresent(direct -> part.put(row.id(), direct));
        }
      }
      contents.putAll(part);
    }
    return contents;
  }
}
