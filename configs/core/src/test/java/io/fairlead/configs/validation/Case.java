package io.fairlead.configs.validation;

import io.fairlead.configs.document.Document;
import io.fairlead.configs.document.DocumentReader;
import io.fairlead.configs.document.DocumentResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A document below {@code cases/} and what istiods make of it.
 *
 * @param text the document in Kubernetes form
 */
record Case(String kind, String name, Verdict verdict, String text) {
  /** A judgement of a document by two istiods; of a TrafficExtension, by the one that has it. */
  enum Verdict {
    ACCEPTED("accepted"),
    REFUSED("refused"),
    REFUSED_BY_OLDER("refused by older"),
    REFUSED_BY_NEWER("refused by newer"),
    /** Accepted by both, refused by others between them, which {@link MoreIstiodsTest} asks. */
    REFUSED_IN_BETWEEN("refused in between");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    static Verdict of(boolean byOlder, boolean byNewer) {
      if (byOlder) {
        return byNewer ? ACCEPTED : REFUSED_BY_NEWER;
      }
      return byNewer ? REFUSED_BY_OLDER : REFUSED;
    }

    /** Returns what the two istiods say. */
    Verdict ofTheTwo() {
      return this == REFUSED_IN_BETWEEN ? ACCEPTED : this;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  private static final Pattern HEAD = Pattern.compile("# ([a-z0-9. ]+): ([a-z0-9-]+)\n");

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    for (IstioKind kind : IstioKind.values()) {
      cases.addAll(of(kind.kind()));
    }
    return cases;
  }

  /** Returns the cases of the kinds that the two istiods know. */
  static List<Case> ofOlder() {
    return all().stream()
        .filter(one -> !one.kind().equals(IstioKind.TRAFFIC_EXTENSION.kind()))
        .toList();
  }

  private static List<Case> of(String kind) {
    List<Case> cases = new ArrayList<>();
    for (String part : read(kind).split("(?m)^---\n")) {
      Matcher head = HEAD.matcher(part);
      if (head.find()) {
        String words = head.group(1);
        Verdict verdict =
            Arrays.stream(Verdict.values())
                .filter(one -> one.words.equals(words))
                .findFirst()
                .orElseThrow();
        cases.add(new Case(kind, head.group(2), verdict, part.substring(head.end())));
      }
    }
    return cases;
  }

  private static String read(String kind) {
    String resource = "/cases/" + kind + ".yaml";
    try (InputStream in = Objects.requireNonNull(Case.class.getResourceAsStream(resource))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }

  static Document document(String text) {
    List<DocumentResult> results = DocumentReader.read(text);
    return (Document) results.get(0);
  }

  Outcome validated() {
    return new Validator("default").validate(document(text));
  }

  @Override
  public String toString() {
    return kind + " " + name;
  }
}
