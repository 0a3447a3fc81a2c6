package io.fairlead.configs.validation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The documents that are refused here, and what each istiod of a set says of them. One that an
 * istiod would take has a reason: a newer istiod refuses it, which an upgrade would show at the
 * worst moment, or it is one of {@link Stricter#REASONS}.
 */
final class RefusedHere {
  /** The istiods of the set, the oldest first, and the documents that each accepts. */
  private final Map<String, List<String>> acceptedBy = new LinkedHashMap<>();

  private final Map<String, List<String>> refusedBy = new LinkedHashMap<>();
  private final List<String> versions;

  RefusedHere(List<String> versions) {
    this.versions = List.copyOf(versions);
    versions.forEach(version -> acceptedBy.put(version, new ArrayList<>()));
  }

  /** Notes what an istiod says of a document that is refused here. */
  void add(Case one, String version, boolean isAccepted) {
    List<String> refusing = refusedBy.computeIfAbsent(one.toString(), name -> new ArrayList<>());
    if (isAccepted) {
      acceptedBy.computeIfAbsent(version, istiod -> new ArrayList<>()).add(one.toString());
    } else {
      refusing.add(version);
    }
  }

  /** Returns the documents that an istiod accepts. */
  List<String> acceptedBy(String version) {
    return List.copyOf(acceptedBy.getOrDefault(version, List.of()));
  }

  /** Returns the documents with a reason that no istiod of the set accepts. */
  List<String> needlessReasons() {
    return Stricter.REASONS.keySet().stream()
        .filter(
            document -> acceptedBy.values().stream().noneMatch(those -> those.contains(document)))
        .sorted()
        .toList();
  }

  /** Returns the documents that no istiod of the set refuses. */
  List<String> refusedByNone() {
    return refusedBy.entrySet().stream()
        .filter(entry -> entry.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Returns the documents that an istiod accepts without a reason to refuse them here. */
  List<String> unexplained() {
    List<String> unexplained = new ArrayList<>();
    acceptedBy.forEach(
        (version, documents) ->
            documents.stream()
                .filter(document -> reason(document, version).isEmpty())
                .forEach(document -> unexplained.add(version + ": " + document)));
    return unexplained;
  }

  private Optional<String> reason(String document, String version) {
    List<String> newer = versions.subList(versions.indexOf(version) + 1, versions.size());
    List<String> refusing =
        newer.stream().filter(refusedBy.getOrDefault(document, List.of())::contains).toList();
    return refusing.isEmpty()
        ? Optional.ofNullable(Stricter.REASONS.get(document))
        : Optional.of("a newer istiod refuses it: " + String.join(", ", refusing));
  }

  /** Returns a list for each istiod: of each reason the documents, and how many there are. */
  String report() {
    StringBuilder report = new StringBuilder();
    acceptedBy.forEach(
        (version, documents) -> {
          report.append(
              "\nRefused here, accepted by %s: %d\n\n".formatted(version, documents.size()));
          Map<String, List<String>> byReason = new TreeMap<>();
          documents.forEach(
              document ->
                  byReason
                      .computeIfAbsent(
                          reason(document, version).orElse("no reason"),
                          reason -> new ArrayList<>())
                      .add(document));
          byReason.forEach(
              (reason, those) ->
                  report.append(
                      "- %s (%d): %s\n".formatted(reason, those.size(), String.join(", ", those))));
        });
    return report
        .append("\nRefused here, refused by none of them: %d\n\n".formatted(refusedByNone().size()))
        .append(String.join(", ", refusedByNone()))
        .append('\n')
        .toString();
  }
}
