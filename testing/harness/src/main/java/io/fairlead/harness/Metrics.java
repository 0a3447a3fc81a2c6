package io.fairlead.harness;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Metrics of a server at one moment, read from Prometheus' text format. Immutable. */
public final class Metrics {
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)(?: -?\\d+)?");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  private final List<Sample> samples;

  private Metrics(List<Sample> samples) {
    this.samples = List.copyOf(samples);
  }

  /**
   * One value.
   *
   * @param name the metric
   * @param labels its labels; escapes in their values are left as they came
   * @param value a number, also infinite or NaN
   */
  public record Sample(String name, Map<String, String> labels, double value) {
    /** Copies the labels. */
    public Sample {
      labels = Map.copyOf(labels);
    }
  }

  /**
   * Reads the text format.
   *
   * @throws IllegalArgumentException for a line that is neither a comment nor a sample
   */
  public static Metrics parse(String text) {
    List<Sample> samples = new ArrayList<>();
    for (String line : text.lines().toList()) {
      if (!line.isBlank() && !line.startsWith("#")) {
        samples.add(sample(line));
      }
    }
    return new Metrics(samples);
  }

  private static Sample sample(String line) {
    Matcher matcher = SAMPLE.matcher(line.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("sample: " + line + " (expected: name{labels} value)");
    }
    Map<String, String> labels = new LinkedHashMap<>();
    String inBraces = matcher.group(2);
    if (inBraces != null) {
      Matcher label = LABEL.matcher(inBraces);
      while (label.find()) {
        labels.put(label.group(1), label.group(2));
      }
    }
    return new Sample(matcher.group(1), labels, number(matcher.group(3)));
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  /**
   * Returns the sum over all samples of a metric that have the given labels (name, value, name,
   * value ...); 0 if there is none, as a counter that was never raised is not written at all.
   */
  public double sum(String name, String... labels) {
    return samples(name, labels).stream().mapToDouble(Sample::value).sum();
  }

  /** Whether the metric is there at all. */
  public boolean has(String name) {
    return samples.stream().anyMatch(sample -> sample.name().equals(name));
  }

  /** Returns the samples of a metric that have the given labels (name, value, name, value ...). */
  public List<Sample> samples(String name, String... labels) {
    if (labels.length % 2 != 0) {
      throw new IllegalArgumentException(
          "labels: " + List.of(labels) + " (expected: pairs of name and value)");
    }
    return samples.stream()
        .filter(sample -> sample.name().equals(name))
        .filter(sample -> matches(sample, labels))
        .toList();
  }

  private static boolean matches(Sample sample, String[] labels) {
    for (int i = 0; i < labels.length; i += 2) {
      if (!labels[i + 1].equals(sample.labels().get(labels[i]))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return samples.toString();
  }
}
