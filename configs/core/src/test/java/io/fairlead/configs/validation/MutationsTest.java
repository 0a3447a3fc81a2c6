package io.fairlead.configs.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.configs.document.Document;
import io.fairlead.configs.document.DocumentReader;
import io.fairlead.configs.document.DocumentResult;
import io.fairlead.configs.validation.Problem.Severity;
import io.fairlead.harness.IstioValidator;
import io.fairlead.harness.NeedsServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests with documents that are almost those below {@code cases/}. */
final class MutationsTest {
  private static final int MUTATIONS = 5000;
  private static final int ASKED = 1000;
  // Which the warning says: an istiod may refuse it.
  private static final String UNCHECKED = "whose content is not checked";
  private static final List<String> WORDS =
      List.of(
          "",
          "null",
          "{}",
          "[]",
          "0",
          "-1",
          "1",
          "65536",
          "3000000000",
          "1.5",
          "true",
          "\"*\"",
          "~",
          "a",
          "a.b",
          "\"*.a.b\"",
          "10.0.0.0/8",
          "1h30m",
          "0s",
          "[a, a]",
          "{a: b}",
          "\"a(\"",
          "\"((a{100}){100}){100}\"",
          "&x [*x]",
          "!!set {}",
          "\"\\u0000\"",
          "\"%REQ(\"");

  @Test
  void mutations_neverFail() {
    Random random = new Random(15);
    List<Case> cases = validCases(Case.all());
    int valid = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      String text = mutated(cases.get(random.nextInt(cases.size())).text(), random);
      for (Outcome outcome : validated(text)) {
        if (outcome instanceof Outcome.Invalid invalid) {
          assertThat(invalid.problems()).as(text).isNotEmpty();
        } else {
          valid++;
        }
      }
    }
    assertThat(valid).isGreaterThan(100);
  }

  @Test
  @NeedsServer({IstioValidator.OLDER, IstioValidator.NEWER})
  void acceptedMutations_areAcceptedByIstiods() throws Exception {
    Random random = new Random(16);
    List<Case> cases = validCases(Case.ofOlder());
    List<String> faults = new ArrayList<>();
    int asked = 0;
    try (IstioValidator older = new IstioValidator(IstioValidator.OLDER);
        IstioValidator newer = new IstioValidator(IstioValidator.NEWER)) {
      for (int i = 0; asked < ASKED && i < 20 * ASKED; i++) {
        String text = mutated(cases.get(random.nextInt(cases.size())).text(), random);
        List<Outcome> outcomes = validated(text);
        if (outcomes.size() != 1 || !(outcomes.get(0) instanceof Outcome.Valid valid)) {
          continue;
        }
        if (valid.warnings().stream().anyMatch(problem -> problem.found().contains(UNCHECKED))) {
          continue;
        }
        IstioValidator.Answer byNewer = newer.ask(text, Optional.of(valid.body().toByteArray()));
        // Two readers of YAML differ about text that is hardly YAML; what is served is ours.
        if (byNewer.error().startsWith("form:")) {
          continue;
        }
        asked++;
        if (!byNewer.accepted() || !byNewer.servedError().isEmpty() || !byNewer.same()) {
          faults.add(text + byNewer);
        }
        boolean isForOlder =
            valid.warnings().stream()
                .noneMatch(problem -> problem.severity() == Severity.REFUSED_BY_OLDER);
        IstioValidator.Answer byOlder = older.ask(text, Optional.of(valid.body().toByteArray()));
        if (isForOlder && (!byOlder.accepted() || !byOlder.servedError().isEmpty())) {
          faults.add("older: " + text + byOlder);
        }
      }
    }
    assertThat(faults).isEmpty();
    assertThat(asked).isEqualTo(ASKED);
  }

  private static List<Case> validCases(List<Case> cases) {
    return cases.stream()
        .filter(
            one ->
                one.verdict().ofTheTwo() == Case.Verdict.ACCEPTED
                    || one.verdict() == Case.Verdict.REFUSED_BY_OLDER)
        .toList();
  }

  private static List<Outcome> validated(String text) {
    List<Outcome> outcomes = new ArrayList<>();
    for (DocumentResult result : DocumentReader.read(text)) {
      if (result instanceof Document document) {
        outcomes.add(new Validator("default").validate(document));
      }
    }
    return outcomes;
  }

  private static String mutated(String text, Random random) {
    StringBuilder mutated = new StringBuilder(text);
    int changes = 1 + random.nextInt(2);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(mutated.length());
      switch (random.nextInt(4)) {
        case 0 -> mutated.deleteCharAt(at);
        case 1 -> mutated.insert(at, (char) (' ' + random.nextInt(95)));
        case 2 -> mutated.insert(at, WORDS.get(random.nextInt(WORDS.size())));
        default -> replaceValue(mutated, at, WORDS.get(random.nextInt(WORDS.size())));
      }
    }
    return mutated.toString();
  }

  /** Replaces the word after the next colon. */
  private static void replaceValue(StringBuilder text, int from, String word) {
    int colon = text.indexOf(": ", from);
    if (colon < 0) {
      return;
    }
    int end = colon + 2;
    while (end < text.length() && ",}]\n".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    text.replace(colon + 2, end, word);
  }
}
