package io.fairlead.registry.testkit;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The fault matrix: for each fault that the contract tests show, and for each adapter, the outcome
 * and the seconds that passed until the adapter had everything again. Each test class writes a file
 * of its own, {@code target/fault-matrix/ADAPTER.tsv} (or in the folder of JUnit's configuration
 * parameter {@value #FOLDER_PARAMETER}, which may be a system property); {@link #main} gathers
 * them.
 */
public final class FaultMatrix {
  /** The most characters that the name of a fault may have. */
  static final int MAX_FAULT = 25;

  /** The parameter with the folder that outcomes are written to. */
  static final String FOLDER_PARAMETER = "fairlead.fault-matrix";

  static final String PASSED = "passed";
  static final String FAILED = "FAILED";
  static final String NOT_APPLICABLE = "n/a ";

  private static final String FOLDER = "fault-matrix";
  private static final String SUFFIX = ".tsv";
  private static final String MODULE_END = "/";
  // 25 for the fault and 10 for each adapter: 75.
  private static final int COLUMNS = 5;
  private static final int CELL = 9;

  private FaultMatrix() {}

  /**
   * The outcome of one test.
   *
   * @param fault the name of the row
   * @param outcome {@code passed}, {@code FAILED}, or {@code n/a} with what the registry lacks
   * @param staleMillis the longest wait of the test for all that was written
   */
  record Outcome(String fault, String outcome, long staleMillis) {
    /** Whether the fault could be shown. */
    boolean isApplicable() {
      return !outcome.startsWith(NOT_APPLICABLE);
    }
  }

  /** Returns the name of an adapter, or of one way to reach its registry, by its test class. */
  static String adapterName(Class<?> testClass) {
    return testClass.getSimpleName().replaceFirst("(Contract)?(Test)?$", "");
  }

  /**
   * Writes the outcomes of one test class down, where there is a folder of the build.
   *
   * @param where the folder to write to, by default {@code target/fault-matrix}; none if empty
   */
  static void write(String adapter, List<Outcome> outcomes, Optional<String> where) {
    Path folder = Path.of(where.orElse("target/" + FOLDER));
    Path parent = folder.toAbsolutePath().getParent();
    if (outcomes.isEmpty()
        || where.filter(String::isEmpty).isPresent()
        || parent == null
        || !Files.isDirectory(parent)) {
      return;
    }
    List<String> lines =
        outcomes.stream()
            .map(one -> one.fault() + "\t" + one.outcome() + "\t" + one.staleMillis())
            .toList();
    try {
      Files.createDirectories(folder);
      Files.write(folder.resolve(adapter + SUFFIX), lines, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the fault matrix of " + adapter, e);
    }
  }

  /**
   * Gathers what is below a folder, prints it, and writes it as Markdown.
   *
   * @param args the folder, and optionally the file to write
   */
  public static void main(String[] args) throws IOException {
    String text = text(gather(Path.of(args.length > 0 ? args[0] : ".")));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.print(text);
    if (args.length > 1) {
      Path file = Path.of(args[1]);
      Path parent = file.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.writeString(
          file,
          "# Faults and what became of them\n\n```\n" + text + "```\n",
          StandardCharsets.UTF_8);
    }
  }

  /** Reads the outcomes below a folder, by {@code MODULE/ADAPTER}. */
  static Map<String, List<Outcome>> gather(Path root) throws IOException {
    Map<String, List<Outcome>> all = new TreeMap<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = String.valueOf(folder.getFileName());
            return name.startsWith(".") && name.length() > 1 || name.equals("src")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            String name = String.valueOf(file.getFileName());
            Path folder = file.getParent();
            if (name.endsWith(SUFFIX) && folder != null && folder.endsWith(FOLDER)) {
              String adapter = name.substring(0, name.length() - SUFFIX.length());
              all.put(module(folder) + MODULE_END + adapter, outcomes(file));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return all;
  }

  /** Returns the name of the module that a folder of outcomes is of: that of {@code target}'s. */
  private static String module(Path folder) {
    Path target = folder.toAbsolutePath().normalize().getParent();
    Path module = target == null ? null : target.getParent();
    return module == null ? "" : String.valueOf(module.getFileName());
  }

  private static List<Outcome> outcomes(Path file) throws IOException {
    List<Outcome> outcomes = new ArrayList<>();
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      String[] parts = line.split("\t", -1);
      outcomes.add(new Outcome(parts[0], parts[1], Long.parseLong(parts[2])));
    }
    return outcomes;
  }

  /** Returns the matrix for people, at most 79 characters wide. */
  static String text(Map<String, List<Outcome>> all) {
    if (all.isEmpty()) {
      return "No contract test was run.\n";
    }
    StringBuilder text = new StringBuilder();
    text.append("Faults and what became of them: the seconds until the adapter had everything\n");
    text.append(
        "again (ok: nothing had to arrive), FAILED, or - for what cannot be shown there.\n");
    List<String> adapters = new ArrayList<>(all.keySet());
    for (int from = 0; from < adapters.size(); from += COLUMNS) {
      block(text, adapters.subList(from, Math.min(from + COLUMNS, adapters.size())), all);
    }
    text.append("\nNot shown everywhere, because the registry lacks it:\n");
    lacking(text, all);
    return text.toString();
  }

  private static void block(
      StringBuilder text, List<String> adapters, Map<String, List<Outcome>> all) {
    text.append('\n');
    List<List<String>> heads = adapters.stream().map(FaultMatrix::head).toList();
    int lines = heads.stream().mapToInt(List::size).max().orElse(1);
    for (int line = 0; line < lines; line++) {
      StringBuilder row = new StringBuilder(pad("", MAX_FAULT));
      for (List<String> head : heads) {
        int word = line - (lines - head.size());
        row.append(' ').append(right(word < 0 ? "" : head.get(word)));
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
    for (String fault : faults(all)) {
      StringBuilder row = new StringBuilder(pad(fault, MAX_FAULT));
      for (String adapter : adapters) {
        row.append(' ').append(right(cell(fault, all.getOrDefault(adapter, List.of()))));
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
  }

  /** Returns the rows in the order of the longest list, so that related ones are neighbours. */
  private static Set<String> faults(Map<String, List<Outcome>> all) {
    List<List<Outcome>> longestFirst = new ArrayList<>(all.values());
    longestFirst.sort((one, other) -> Integer.compare(other.size(), one.size()));
    Set<String> faults = new LinkedHashSet<>();
    longestFirst.forEach(list -> list.forEach(outcome -> faults.add(outcome.fault())));
    return faults;
  }

  private static String cell(String fault, List<Outcome> outcomes) {
    List<Outcome> those = outcomes.stream().filter(one -> one.fault().equals(fault)).toList();
    if (those.isEmpty()) {
      return "not run";
    }
    if (those.stream().anyMatch(one -> one.outcome().equals(FAILED))) {
      return FAILED;
    }
    if (those.stream().noneMatch(Outcome::isApplicable)) {
      return "-";
    }
    long millis = those.stream().mapToLong(Outcome::staleMillis).max().orElse(0);
    return millis == 0 ? "ok" : String.format(Locale.ROOT, "%.1f", millis / 1000.0);
  }

  /** Returns the words of an adapter's module and name, one a line of the head. */
  private static List<String> head(String adapter) {
    List<String> words = new ArrayList<>();
    for (String word : adapter.split("(?<=[a-z0-9])(?=[A-Z])|" + MODULE_END, -1)) {
      words.add(word.length() > CELL ? word.substring(0, CELL) : word);
    }
    return words;
  }

  private static void lacking(StringBuilder text, Map<String, List<Outcome>> all) {
    Map<String, Set<String>> adapters = new LinkedHashMap<>();
    all.forEach(
        (adapter, outcomes) ->
            outcomes.stream()
                .filter(one -> !one.isApplicable())
                .map(one -> one.outcome().substring(NOT_APPLICABLE.length()))
                .forEach(
                    what -> adapters.computeIfAbsent(what, any -> new TreeSet<>()).add(adapter)));
    List<String> whats = new ArrayList<>(adapters.keySet());
    Collections.sort(whats);
    for (String what : whats) {
      text.append(wrap(what + ": " + String.join(", ", adapters.getOrDefault(what, Set.of()))));
    }
  }

  private static String wrap(String line) {
    StringBuilder wrapped = new StringBuilder("  ");
    int length = 2;
    for (String word : line.split(" ", -1)) {
      if (length + 1 + word.length() > 78) {
        wrapped.append("\n    ").append(word);
        length = 4 + word.length();
      } else {
        wrapped.append(length == 2 ? "" : " ").append(word);
        length += (length == 2 ? 0 : 1) + word.length();
      }
    }
    return wrapped.append('\n').toString();
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static String right(String text) {
    return " ".repeat(Math.max(0, CELL - text.length())) + text;
  }
}
