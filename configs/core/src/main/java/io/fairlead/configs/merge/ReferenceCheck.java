package io.fairlead.configs.merge;

import io.fairlead.common.Counts;
import io.fairlead.configs.document.Node;
import io.fairlead.configs.merge.ConfigSourceStatus.DocumentProblem;
import io.fairlead.configs.references.Finding;
import io.fairlead.configs.references.ReferenceIndex;
import io.fairlead.configs.references.Unseen;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.Snapshot;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The check of the references of what is served, which puts each warning where its document is. A
 * text is read again only if there is something to say about it that is new. Guarded by its lock.
 */
final class ReferenceCheck {
  private static final Logger LOG = LoggerFactory.getLogger(ReferenceCheck.class);

  /** A document of a source. */
  private record Place(String source, String document) {
    static Optional<Place> of(Resource resource) {
      return resource.origin().kind().equals(Configs.ORIGIN)
          ? Optional.of(new Place(resource.origin().place(), resource.origin().name()))
          : Optional.empty();
    }
  }

  /** The warnings of a document, as they stand in one reading of it. */
  private record Located(Optional<DocumentContent> content, List<DocumentProblem> warnings) {
    private static final Located NOTHING = new Located(Optional.empty(), List.of());
  }

  private final InstantSource clock;
  private Map<String, Unseen> treatments = Map.of();
  private ReferenceIndex index = new ReferenceIndex(this::treatment);
  private final Map<ResourceKey, Place> places = new HashMap<>();
  private final Map<ResourceKey, Map<Finding, Instant>> begins = new HashMap<>();
  // Those with warnings.
  private final Map<Place, Set<ResourceKey>> resources = new HashMap<>();
  private final Map<Place, Located> located = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();

  ReferenceCheck(InstantSource clock) {
    this.clock = clock;
  }

  private Unseen treatment(Resource resource) {
    return treatments.getOrDefault(resource.origin().place(), Unseen.IGNORE);
  }

  /** Checks what has changed since the last call, and has the sinks show what was found. */
  synchronized void check(Snapshot served, List<DocumentSink> sinks) {
    Map<String, Unseen> wanted =
        sinks.stream()
            .map(DocumentSink::settings)
            .collect(Collectors.toMap(SourceSettings::name, SourceSettings::unseen));
    Set<Place> outdated = new HashSet<>();
    if (!wanted.equals(treatments)) {
      treatments = wanted;
      index = new ReferenceIndex(this::treatment);
      Set<ResourceKey> before = Set.copyOf(places.keySet());
      Set<ResourceKey> changed = index.follow(served);
      changed.addAll(before);
      changed.forEach(key -> take(key, served, outdated));
    } else {
      index.follow(served).forEach(key -> take(key, served, outdated));
    }
    for (DocumentSink sink : sinks) {
      show(sink, outdated);
    }
    located.keySet().retainAll(resources.keySet());
    counts.keySet().retainAll(treatments.keySet());
  }

  // Notes what was found about a resource, and the documents of which something else is to be said.
  private void take(ResourceKey key, Snapshot served, Set<Place> outdated) {
    Place before = places.remove(key);
    if (before != null) {
      outdated.add(before);
      Set<ResourceKey> rest = Objects.requireNonNull(resources.get(before));
      rest.remove(key);
      if (rest.isEmpty()) {
        resources.remove(before);
      }
    }
    Map<Finding, Instant> known = begins.remove(key);
    Optional<Place> place = Optional.ofNullable(served.find(key)).flatMap(Place::of);
    List<Finding> findings = index.findings(key);
    if (place.isEmpty() || findings.isEmpty()) {
      return;
    }
    places.put(key, place.get());
    outdated.add(place.get());
    resources.computeIfAbsent(place.get(), each -> new HashSet<>()).add(key);
    Instant now = clock.instant();
    Map<Finding, Instant> since = new HashMap<>();
    findings.forEach(
        finding -> since.put(finding, known == null ? now : known.getOrDefault(finding, now)));
    begins.put(key, since);
  }

  private void show(DocumentSink sink, Set<Place> outdated) {
    String source = sink.settings().name();
    List<DocumentProblem> warnings = new ArrayList<>();
    resources.forEach(
        (place, keys) -> {
          if (place.source().equals(source)) {
            Optional<DocumentSink.Known> document = sink.known(place.document());
            Located last = located.getOrDefault(place, Located.NOTHING);
            if (outdated.contains(place)
                || !last.content().equals(document.map(DocumentSink.Known::content))) {
              last = locate(sink, place, document, keys);
              located.put(place, last);
            }
            warnings.addAll(last.warnings());
          }
        });
    sink.show(warnings);
    log(source, warnings);
  }

  private Located locate(
      DocumentSink sink,
      Place place,
      Optional<DocumentSink.Known> document,
      Set<ResourceKey> keys) {
    if (document.isEmpty()) {
      return Located.NOTHING;
    }
    // Of what is served in place of an invalid text no place is known.
    Map<ResourceKey, Node.Mapping> roots = sink.places(document.get());
    List<DocumentProblem> warnings = new ArrayList<>();
    for (ResourceKey key : keys) {
      Map<Finding, Instant> since = begins.getOrDefault(key, Map.of());
      since.forEach(
          (finding, begin) ->
              Finding.inDocument(List.of(finding), Optional.ofNullable(roots.get(key)))
                  .forEach(
                      problem ->
                          warnings.add(
                              new DocumentProblem(
                                  place.document(),
                                  begin,
                                  ValidatedContent.problem(Optional.of(key), problem)))));
    }
    return new Located(document.map(DocumentSink.Known::content), warnings);
  }

  // One line for all: where a registry goes, thousands of documents may say so.
  private void log(String source, List<DocumentProblem> warnings) {
    Integer before = counts.put(source, warnings.size());
    int less = before == null ? 0 : before;
    if (warnings.size() > less) {
      DocumentProblem first = Collections.min(warnings, DocumentProblem.ORDER);
      LOG.warn(
          "config source {}: {} to what is not there or has no effect, for example {}: {}",
          source,
          Counts.of(warnings.size(), "reference"),
          first.place(),
          first.text());
    } else if (warnings.size() < less) {
      LOG.info(
          "config source {}: {} to what is not there or has no effect, {} before",
          source,
          Counts.of(warnings.size(), "reference"),
          less);
    }
  }
}
