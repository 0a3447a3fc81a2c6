package io.fairlead.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All figures of one run, with what is needed to read them. Written anew after each scenario, so
 * that a run that was cut leaves what it had. Confined to the thread that runs the scenarios.
 */
public final class Report {
  private final Instant begun;
  private final Machine machine;
  private final Map<String, String> versions;
  private final List<Figure> figures = new ArrayList<>();
  private final Map<String, String> failures = new TreeMap<>();
  private final Map<String, Double> seconds = new LinkedHashMap<>();

  /**
   * Creates an empty report.
   *
   * @param versions of everything that took part, by name
   */
  public Report(Instant begun, Machine machine, Map<String, String> versions) {
    this.begun = begun;
    this.machine = machine;
    this.versions = new TreeMap<>(versions);
  }

  /** Adds a figure. */
  public void add(Figure figure) {
    figures.add(figure);
  }

  /** Notes that a scenario gave no (further) figures, and why. */
  public void failed(String scenario, String reason) {
    failures.put(scenario, reason);
  }

  /** Notes how long a scenario took as a whole, in seconds. */
  public void took(String scenario, double time) {
    seconds.put(scenario, time);
  }

  /** Returns the figures so far. */
  public List<Figure> figures() {
    return List.copyOf(figures);
  }

  /** Whether every scenario ran to its end. */
  public boolean isComplete() {
    return failures.isEmpty();
  }

  /** Writes {@code report.md} and {@code report.json} into a folder. */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("report.md"), markdown(), StandardCharsets.UTF_8);
    Files.writeString(folder.resolve("report.json"), json(), StandardCharsets.UTF_8);
  }

  /** Returns one line of the table. */
  public static String line(Figure figure) {
    Sample sample = figure.sample();
    String goal =
        figure.goal().map(it -> it.text() + (it.met() ? " met" : " **missed**")).orElse("");
    return String.join(
        " | ",
        "| " + figure.scenario(),
        figure.name(),
        figure.size(),
        Numbers.format(sample.median()),
        Numbers.format(sample.min()),
        Numbers.format(sample.max()),
        figure.unit(),
        Integer.toString(sample.size()),
        goal,
        figure.note() + " |");
  }

  String markdown() {
    StringBuilder text = new StringBuilder("# Benchmarks\n\n");
    text.append("Begun ").append(begun).append(".\n\n");
    text.append("- machine: ")
        .append(machine.processor())
        .append(", ")
        .append(machine.cores())
        .append(" cores, ")
        .append(Numbers.format(machine.memoryBytes() / (double) (1 << 30)))
        .append(" GiB, Linux ")
        .append(machine.kernel())
        .append(", load at the start ")
        .append(machine.load())
        .append('\n');
    versions.forEach(
        (name, version) ->
            text.append("- ").append(name).append(": ").append(version).append('\n'));
    text.append(
        "\nRatios are of values of this run. A goal is judged on the median unless the note says else.\n\n");
    text.append("| scenario | figure | size | median | min | max | unit | n | goal | note |\n");
    text.append("|---|---|---|---|---|---|---|---|---|---|\n");
    figures.forEach(figure -> text.append(line(figure)).append('\n'));
    if (!seconds.isEmpty()) {
      text.append("\nSeconds that each scenario took: ")
          .append(
              seconds.entrySet().stream()
                  .map(entry -> entry.getKey() + " " + Math.round(entry.getValue()))
                  .collect(Collectors.joining(", ")))
          .append(".\n");
    }
    failures.forEach(
        (scenario, reason) ->
            text.append("\n**").append(scenario).append("** failed: ").append(reason).append('\n'));
    return text.toString();
  }

  String json() throws IOException {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ObjectNode root = mapper.createObjectNode();
    root.put("begun", begun.toString());
    ObjectNode where = root.putObject("machine");
    where.put("processor", machine.processor());
    where.put("cores", machine.cores());
    where.put("memoryBytes", machine.memoryBytes());
    where.put("kernel", machine.kernel());
    where.put("load", machine.load());
    ObjectNode what = root.putObject("versions");
    versions.forEach(what::put);
    ArrayNode all = root.putArray("figures");
    for (Figure figure : figures) {
      Sample sample = figure.sample();
      ObjectNode node = all.addObject();
      node.put("scenario", figure.scenario());
      node.put("name", figure.name());
      node.put("size", figure.size());
      node.put("unit", figure.unit());
      node.put("median", sample.median());
      node.put("min", sample.min());
      node.put("max", sample.max());
      node.put("repetitions", sample.size());
      figure.goal().ifPresent(goal -> node.put("goal", goal.text()).put("met", goal.met()));
      if (!figure.note().isEmpty()) {
        node.put("note", figure.note());
      }
    }
    ObjectNode times = root.putObject("seconds");
    seconds.forEach(times::put);
    ObjectNode bad = root.putObject("failures");
    failures.forEach(bad::put);
    return mapper.writeValueAsString(root) + "\n";
  }
}
