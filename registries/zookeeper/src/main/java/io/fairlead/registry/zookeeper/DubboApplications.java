package io.fairlead.registry.zookeeper;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The interfaces that Dubbo applications provide, as far as they are in the metadata centre: what
 * gives a provider that registers by application only a place in the service of each interface.
 * Confined to the adapter's thread.
 */
final class DubboApplications {
  /** An interface in the metadata of an application's revision. */
  private record Provided(
      String name,
      String version,
      String group,
      String protocol,
      int port,
      Map<String, String> parameters) {}

  /** An instance of an application. */
  record Member(String address, String revision) {}

  private final Map<String, List<Member>> members = new HashMap<>();
  // By application and revision. Those of revisions that no instance has are dropped.
  private final Map<String, Map<String, List<Provided>>> revisions = new HashMap<>();
  // Applications of which a revision was learnt since their last update.
  private final Set<String> learnt = new HashSet<>();
  private final Map<String, Set<String>> byInterface = new HashMap<>();

  /** Whether the metadata of a revision is known. */
  boolean knows(String application, String revision) {
    return revisions.getOrDefault(application, Map.of()).containsKey(revision);
  }

  /**
   * Takes the metadata of a revision.
   *
   * @throws MalformedNodeException if the content is none
   */
  void learn(String application, String revision, byte[] content) throws MalformedNodeException {
    List<Provided> all = new ArrayList<>();
    for (JsonNode service : Registration.tree(content).path("services")) {
      String name = service.path("name").asText();
      if (!name.isEmpty()) {
        Map<String, String> parameters = new HashMap<>();
        service
            .path("params")
            .properties()
            .forEach(entry -> parameters.put(entry.getKey(), entry.getValue().asText()));
        all.add(
            new Provided(
                name,
                service.path("version").asText(),
                service.path("group").asText(),
                service.path("protocol").asText(),
                service.path("port").asInt(),
                parameters));
      }
    }
    revisions.computeIfAbsent(application, it -> new HashMap<>()).put(revision, all);
    learnt.add(application);
  }

  /**
   * Takes all instances of an application.
   *
   * @return the interfaces whose providers changed
   */
  Set<String> update(String application, List<Member> now) {
    List<Member> before = members.getOrDefault(application, List.of());
    // What was learnt gives the same instances other interfaces.
    if (!learnt.remove(application) && before.equals(now)) {
      return Set.of();
    }
    Set<String> changed = interfaces(application);
    changed.forEach(name -> forget(name, application));
    Set<String> used = new HashSet<>();
    now.forEach(member -> used.add(member.revision()));
    Map<String, List<Provided>> known = revisions.get(application);
    if (known != null && known.keySet().retainAll(used) && known.isEmpty()) {
      revisions.remove(application);
    }
    if (now.isEmpty()) {
      members.remove(application);
    } else {
      members.put(application, List.copyOf(now));
    }
    for (String name : interfaces(application)) {
      byInterface.computeIfAbsent(name, it -> new HashSet<>()).add(application);
      changed.add(name);
    }
    return changed;
  }

  private void forget(String name, String application) {
    Set<String> applications = byInterface.get(name);
    if (applications != null && applications.remove(application) && applications.isEmpty()) {
      byInterface.remove(name);
    }
  }

  private Set<String> interfaces(String application) {
    Set<String> names = new HashSet<>();
    Map<String, List<Provided>> known = revisions.getOrDefault(application, Map.of());
    for (Member member : members.getOrDefault(application, List.of())) {
      known.getOrDefault(member.revision(), List.of()).forEach(one -> names.add(one.name()));
    }
    return names;
  }

  /** Whether an application has instances here. */
  boolean has(String application) {
    return members.containsKey(application);
  }

  /** Returns the interfaces that have providers here. */
  Set<String> interfaces() {
    return Set.copyOf(byInterface.keySet());
  }

  /** Returns the providers of an interface. */
  List<Provider> providersOf(String name) {
    List<Provider> providers = new ArrayList<>();
    for (String application : byInterface.getOrDefault(name, Set.of())) {
      Map<String, List<Provided>> known = revisions.getOrDefault(application, Map.of());
      for (Member member : members.getOrDefault(application, List.of())) {
        for (Provided one : known.getOrDefault(member.revision(), List.of())) {
          if (one.name().equals(name)) {
            Map<String, String> parameters = new HashMap<>(one.parameters());
            parameters.put("application", application);
            providers.add(
                new Provider(
                    one.version(),
                    one.group(),
                    one.protocol(),
                    member.address(),
                    one.port(),
                    parameters));
          }
        }
      }
    }
    return providers;
  }
}
