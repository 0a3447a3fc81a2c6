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
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The merge of documents against a model of it, over random walks with restarts. */
class ConfigsPropertyTest {
  private static final List<String> SOURCES = List.of("first", "second");
  private static final List<String> DOCUMENTS = List.of("a", "b", "c");
  private static final List<String> NAMES = List.of("api", "db", "web");
  private static final int STEPS = 25;

  /** The texts that the sources have, and what each document contributes: bodies by names. */
  private static final class Model {
    final Map<String, Map<String, String>> texts = new HashMap<>();
    private Map<String, Map<String, Map<String, String>>> contributed = new HashMap<>();

    Model() {
      for (String source : SOURCES) {
        texts.put(source, new TreeMap<>());
        contributed.put(source, new TreeMap<>());
      }
    }

    Map<String, String> textsOf(String source) {
      return Objects.requireNonNull(texts.get(source));
    }

    private Map<String, Map<String, String>> of(String source) {
      return Objects.requireNonNull(contributed.get(source));
    }

    /** Documents are put, those without a text removed. */
    void take(String source, Map<String, Optional<String>> changes) {
      Map<String, Map<String, String>> before = of(source);
      Map<String, Map<String, String>> after = new TreeMap<>(before);
      changes.forEach(
          (document, text) -> {
            if (text.isEmpty()) {
              after.remove(document);
            } else {
              after.put(document, contribution(before, document, text.get()));
            }
          });
      contributed.put(source, after);
    }

    private static Map<String, String> contribution(
        Map<String, Map<String, String>> before, String document, String text) {
      Map<String, String> bodies = new TreeMap<>();
      for (String line : text.split("\n")) {
        if (line.startsWith("!")) {
          before.values().stream()
              .filter(each -> each.containsKey(line.substring(1)))
              .findFirst()
              .ifPresent(each -> bodies.put(line.substring(1), each.get(line.substring(1))));
        } else if (line.contains(" ")) {
          bodies.put(line.split(" ")[0], line.split(" ")[1]);
        }
      }
      if (text.contains("?")) {
        before.getOrDefault(document, Map.of()).forEach(bodies::putIfAbsent);
      }
      return bodies;
    }

    Map<String, String> served() {
      Map<String, String> served = new TreeMap<>();
      for (String source : SOURCES) {
        of(source).values().forEach(bodies -> bodies.forEach(served::putIfAbsent));
      }
      return served;
    }

    /** A store has what is served, and which document it is of. */
    void restart() {
      Map<String, Map<String, Map<String, String>>> stored = new HashMap<>();
      List<String> names = new ArrayList<>();
      for (String source : SOURCES) {
        Map<String, Map<String, String>> documents = new TreeMap<>();
        of(source)
            .forEach(
                (document, bodies) -> {
                  Map<String, String> first = new TreeMap<>(bodies);
                  first.keySet().removeAll(names);
                  names.addAll(first.keySet());
                  documents.put(document, first);
                });
        stored.put(source, documents);
      }
      contributed = stored;
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
