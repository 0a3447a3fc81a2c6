package io.fairlead.configs.merge;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.document.Document;
import io.fairlead.configs.document.DocumentReader;
import io.fairlead.configs.document.DocumentResult;
import io.fairlead.configs.document.Node;
import io.fairlead.configs.document.UnreadableDocument;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.configs.validation.Outcome;
import io.fairlead.configs.validation.Problem;
import io.fairlead.configs.validation.Validator;
import io.fairlead.configs.validation.WasmPluginTranslation;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The reader that serves what istiods take: Kubernetes objects, of which each is validated as an
 * istiod would. Thread-safe.
 */
public final class ValidatedContent implements ContentReader {
  private static final String REVISION = "istio.io/rev";
  private static final String TYPE_URL = "type.googleapis.com/";

  /** The content of a text, gathered part by part. */
  private static final class Gathered {
    final Map<ResourceKey, Resource> valid = new LinkedHashMap<>();
    final Set<ResourceKey> invalid = new LinkedHashSet<>();
    final List<ConfigProblem> problems = new ArrayList<>();
    boolean unclear;
  }

  @Override
  public DocumentContent read(ConfigDocument document, SourceSettings source) {
    Gathered gathered = new Gathered();
    if (!document.problem().isEmpty()) {
      gathered.unclear = true;
      gathered.problems.add(
          new ConfigProblem(
              Optional.empty(), 1, 1, "", document.problem(), ConfigProblem.Severity.ERROR));
    }
    Validator validator = new Validator(source.namespace());
    for (DocumentResult part : DocumentReader.read(document.text())) {
      if (part instanceof UnreadableDocument unreadable) {
        gathered.unclear = true;
        gathered.problems.add(problem(Optional.empty(), Validator.problem(unreadable)));
      } else if (part instanceof Document readable) {
        take(validator.validate(readable), readable, source, gathered);
      }
    }
    gathered.invalid.removeAll(gathered.valid.keySet());
    return new DocumentContent(
        List.copyOf(gathered.valid.values()),
        gathered.invalid,
        gathered.unclear,
        gathered.problems);
  }

  @Override
  public Map<ResourceKey, Node.Mapping> places(ConfigDocument document, SourceSettings source) {
    Map<ResourceKey, Node.Mapping> places = new HashMap<>();
    Validator validator = new Validator(source.namespace());
    for (DocumentResult part : DocumentReader.read(document.text())) {
      if (part instanceof Document readable
          && validator.validate(readable) instanceof Outcome.Valid valid) {
        places.putIfAbsent(
            key(valid.kind(), valid.namespace() + "/" + valid.name()), readable.root());
      }
    }
    return places;
  }

  private static void take(
      Outcome outcome, Document document, SourceSettings source, Gathered gathered) {
    if (outcome instanceof Outcome.Invalid invalid) {
      Optional<ResourceKey> key = key(invalid);
      key.ifPresentOrElse(gathered.invalid::add, () -> gathered.unclear = true);
      key.filter(ValidatedContent::isWasmPlugin)
          .map(
              each ->
                  key(
                      IstioKind.TRAFFIC_EXTENSION,
                      WasmPluginTranslation.translatedName(each.name())))
          .ifPresent(gathered.invalid::add);
      invalid.problems().forEach(each -> gathered.problems.add(problem(key, each)));
    } else if (outcome instanceof Outcome.Valid valid) {
      Resource resource = resource(valid, source);
      if (valid.kind() == IstioKind.WASM_PLUGIN) {
        // Beside it, for istiods that read only what it is translated to.
        Resource translated = resource(WasmPluginTranslation.translate(valid), source);
        gathered.valid.putIfAbsent(translated.key(), translated);
      }
      Optional<ResourceKey> key = Optional.of(resource.key());
      valid.warnings().forEach(each -> gathered.problems.add(problem(key, each)));
      if (gathered.valid.putIfAbsent(resource.key(), resource) != null) {
        gathered.problems.add(
            new ConfigProblem(
                key,
                document.position().line(),
                document.position().column(),
                "metadata.name",
                resource.key().name()
                    + ": a second time in this text (expected: each resource once; the first one is"
                    + " served)",
                ConfigProblem.Severity.ERROR));
      }
    }
  }

  private static Resource resource(Outcome.Valid valid, SourceSettings source) {
    String revision = valid.labels().getOrDefault(REVISION, "");
    return Resource.encode(
        new ResourceContent(
            key(valid.kind(), valid.namespace() + "/" + valid.name()),
            valid.labels(),
            valid.annotations(),
            revision.isEmpty() ? Set.of() : Set.of(revision),
            source.createTime(),
            TYPE_URL + valid.kind().messageType(),
            valid.body()));
  }

  private static ResourceKey key(IstioKind kind, String name) {
    return new ResourceKey(new ResourceType(kind.group(), kind.kind()), name);
  }

  // "KIND NAMESPACE/NAME", as far as the document says so.
  private static Optional<ResourceKey> key(Outcome.Invalid invalid) {
    String[] words = invalid.resource().split(" ", 2);
    return words.length < 2 || words[1].startsWith("/") || words[1].endsWith("/")
        ? Optional.empty()
        : IstioKind.of(words[0]).map(kind -> key(kind, words[1]));
  }

  private static boolean isWasmPlugin(ResourceKey key) {
    return key.type().kind().equals(IstioKind.WASM_PLUGIN.kind());
  }

  /** Returns a problem as it is shown. */
  static ConfigProblem problem(Optional<ResourceKey> resource, Problem problem) {
    return new ConfigProblem(
        resource,
        problem.position().line(),
        problem.position().column(),
        problem.path(),
        problem.found() + " (expected: " + problem.expected() + ")",
        problem.severity() == Problem.Severity.ERROR
            ? ConfigProblem.Severity.ERROR
            : ConfigProblem.Severity.WARNING);
  }
}
