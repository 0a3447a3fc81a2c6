package io.fairlead.configs.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import io.fairlead.guard.GuardPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The merge of documents against a model of it, over random walks with restarts. */
class ConfigsPropertyTest {
  private static final List<String> SOURCES = List.of("first", "second");
  private static final List<String> DOCUMENTS = List.of("a", "b", "c");
  private static final List<String> NAMES = List.of("api", "db", "web");
  private static final int STEPS = 25;

  /**
   * The texts that the sources have, which names each document has, and what was valid of a name
   * last. A name that a document has is served as the first document says that has it validly, else
   * as it was last.
   */
  private static final class Model {
    final Map<String, Map<String, String>> texts = new HashMap<>();
    // By source: the texts of which the names and the last are, which a store has not.
    private final Map<String, Map<String, String>> read = new HashMap<>();
    private final Map<String, Map<String, Set<String>>> names = new HashMap<>();
    private final Map<String, Map<String, String>> last = new HashMap<>();

    Model() {
      for (String source : SOURCES) {
        texts.put(source, new TreeMap<>());
        read.put(source, new TreeMap<>());
        names.put(source, new TreeMap<>());
        last.put(source, new TreeMap<>());
      }
    }

    Map<String, String> textsOf(String source) {
      return of(texts, source);
    }

    private static <T> T of(Map<String, T> all, String key) {
      return Objects.requireNonNull(all.get(key));
    }

    /** Documents are put, those without a text removed. */
    void take(String source, Map<String, Optional<String>> changes) {
      Map<String, Set<String>> had = of(names, source);
      Set<String> known = Set.copyOf(of(last, source).keySet());
      changes.forEach(
          (document, text) -> {
            of(read, source).remove(document);
            Set<String> before = Optional.ofNullable(had.remove(document)).orElse(Set.of());
            if (text.isPresent()) {
              of(read, source).put(document, text.get());
              Set<String> now = new TreeSet<>(validIn(text.get()).keySet());
              NAMES.stream()
                  .filter(name -> known.contains(name) && text.get().contains("!" + name))
                  .forEach(now::add);
              if (text.get().contains("?")) {
                now.addAll(before);
              }
              had.put(document, now);
            }
          });
      Map<String, String> valid = new TreeMap<>();
      of(read, source).values().forEach(text -> validIn(text).forEach(valid::putIfAbsent));
      of(last, source).putAll(valid);
      of(last, source).keySet().removeIf(name -> !isHad(source, name));
    }

    private boolean isHad(String source, String name) {
      return of(names, source).values().stream().anyMatch(each -> each.contains(name));
    }

    private static Map<String, String> validIn(String text) {
      Map<String, String> bodies = new TreeMap<>();
      for (String line : text.split("\n")) {
        if (line.contains(" ")) {
          bodies.put(line.split(" ")[0], line.split(" ")[1]);
        }
      }
      return bodies;
    }

    Map<String, String> served() {
      Map<String, String> served = new TreeMap<>();
      for (String source : SOURCES) {
        of(last, source).forEach(served::putIfAbsent);
      }
      return served;
    }

    /** A store has what is served, and which document it is of: the first that says it, if any. */
    void restart() {
      Set<String> stored = new TreeSet<>();
      for (String source : SOURCES) {
        Map<String, Set<String>> had = of(names, source);
        for (String name : NAMES) {
          Optional<String> first =
              of(read, source).entrySet().stream()
                  .filter(each -> validIn(each.getValue()).containsKey(name))
                  .map(Map.Entry::getKey)
                  .findFirst()
                  .or(
                      () ->
                          had.keySet().stream()
                              .filter(document -> of(had, document).contains(name))
                              .findFirst());
          boolean isServed = first.isPresent() && stored.add(name);
          had.forEach(
              (document, each) -> {
                if (!isServed || !document.equals(first.get())) {
                  each.remove(name);
                }
              });
        }
        of(read, source).clear();
        of(last, source).keySet().removeIf(name -> !isHad(source, name));
      }
    }
  }

  private static String text(Random random) {
    List<String> lines = new ArrayList<>();
    for (String name : NAMES) {
      switch (random.nextInt(5)) {
        case 0, 1 -> lines.add(name + " " + random.nextInt(3));
        case 2 -> lines.add("!" + name);
        default -> {}
      }
    }
    if (random.nextInt(6) == 0) {
      lines.add("?");
    }
    return String.join("\n", lines);
  }

  private static void resync(Model model, String source, ConfigSink sink) {
    Map<String, Optional<String>> all = new HashMap<>();
    DOCUMENTS.forEach(
        document -> all.put(document, Optional.ofNullable(model.textsOf(source).get(document))));
    model.take(source, all);
    sink.resync(
        model.textsOf(source).entrySet().stream()
            .map(each -> new ConfigDocument(each.getKey(), each.getValue()))
            .toList());
  }

  private static void change(Model model, String source, ConfigSink sink, Random random) {
    Map<String, Optional<String>> changes = new HashMap<>();
    for (String document : DOCUMENTS) {
      switch (random.nextInt(4)) {
        case 0, 1 -> changes.put(document, Optional.of(text(random)));
        case 2 -> changes.put(document, Optional.empty());
        default -> {}
      }
    }
    List<ConfigDocument> put = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    changes.forEach(
        (document, text) -> {
          if (text.isPresent()) {
            model.textsOf(source).put(document, text.get());
            put.add(new ConfigDocument(document, text.get()));
          } else {
            model.textsOf(source).remove(document);
            removed.add(document);
          }
        });
    model.take(source, changes);
    sink.changed(put, removed);
  }

  @Property(tries = 60)
  void walk_servesWhatTheModelServes(@ForAll long seed) throws IOException {
    Path folder = Files.createTempDirectory("configs");
    Random random = new Random(seed);
    Model model = new Model();
    World world = new World(folder, GuardPolicy.OFF);
    try {
      List<ConfigSink> sinks = world.start(SOURCES.toArray(String[]::new));
      for (int i = 0; i < SOURCES.size(); i++) {
        resync(model, SOURCES.get(i), sinks.get(i));
        world.settle();
      }
      for (int step = 0; step < STEPS; step++) {
        int source = random.nextInt(SOURCES.size());
        switch (random.nextInt(10)) {
          case 0 -> {
            world.close();
            world = new World(folder, GuardPolicy.OFF);
            model.restart();
            sinks = world.start(SOURCES.toArray(String[]::new));
            assertThat(world.served()).isEqualTo(model.served());
            resync(model, SOURCES.get(1 - source), sinks.get(1 - source));
            world.settle();
            resync(model, SOURCES.get(source), sinks.get(source));
          }
          case 1 -> resync(model, SOURCES.get(source), sinks.get(source));
          default -> change(model, SOURCES.get(source), sinks.get(source), random);
        }
        world.settle();
        assertThat(world.served()).as("step %d", step).isEqualTo(model.served());
      }
    } finally {
      world.close();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
