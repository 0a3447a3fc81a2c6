package io.fairlead.configs.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.configs.document.Document;
import io.fairlead.configs.document.DocumentReader;
import io.fairlead.configs.document.DocumentResult;
import io.fairlead.configs.document.UnreadableDocument;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Tests with texts that are made to take all time or memory. Each took seconds to minutes once; now
 * the test class would not end if one did.
 */
final class HostileTest {
  private static final int MIB = 1 << 20;
  private static final String VALID =
      "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: a}\n";

  /** Returns how many documents of a text are valid, and checks what is said about the others. */
  private static int valid(String text) {
    int valid = 0;
    for (DocumentResult result : DocumentReader.read(text)) {
      Outcome outcome =
          result instanceof Document document
              ? new Validator("default").validate(document)
              : new Outcome.Invalid("", List.of(Validator.problem((UnreadableDocument) result)));
      if (outcome instanceof Outcome.Invalid invalid) {
        assertThat(invalid.problems()).hasSizeBetween(1, Findings.MAX_PROBLEMS);
        assertThat(invalid.problems().toString()).hasSizeLessThan(100_000);
      } else {
        assertThat(((Outcome.Valid) outcome).warnings())
            .hasSizeLessThanOrEqualTo(Findings.MAX_PROBLEMS);
        valid++;
      }
    }
    return valid;
  }

  @TestFactory
  List<DynamicTest> longTokens_takeNothingFromTheirNeighbours() {
    Map<String, String> tokens = new LinkedHashMap<>();
    String word = "a".repeat(MIB - 100);
    tokens.put("a word", word);
    tokens.put("a text in quotes", "\"" + word + "\"");
    tokens.put("a text in single quotes", "'" + word + "'");
    tokens.put("a key", word + ": b");
    tokens.put("a comment", "#" + word);
    tokens.put("an anchor", "&" + word + " b");
    tokens.put("a tag", "!" + word + " b");
    tokens.put("a number", "a: " + "1".repeat(MIB - 100));
    tokens.put("a number of underscores", "a: 1" + "_".repeat(MIB - 100));
    tokens.put("a fraction", "a: ." + "1".repeat(MIB - 100) + "e1");
    tokens.put("spaces", " ".repeat(MIB - 100));
    tokens.put("a block", "a: |\n  " + word);
    tokens.put("brackets", "[".repeat(MIB - 100));
    tokens.put("dashes", "- ".repeat(MIB / 2 - 100));
    tokens.put("question marks", "? ".repeat(MIB / 2 - 100));
    List<DynamicTest> tests = new ArrayList<>();
    tokens.forEach(
        (name, token) ->
            tests.add(
                DynamicTest.dynamicTest(
                    name,
                    () ->
                        assertThat(valid((VALID + "---\n" + token + "\n---\n").repeat(5)))
                            .isEqualTo(5))));
    return tests;
  }

  @Test
  void emptyDocuments_countAsDocuments() {
    List<DocumentResult> results = DocumentReader.read("---\n".repeat(4 * MIB - 100));
    assertThat(results)
        .singleElement()
        .isInstanceOfSatisfying(
            UnreadableDocument.class,
            unreadable -> assertThat(unreadable.found()).contains("more than 20000 documents"));
    assertThat(valid("---\n".repeat(1000) + VALID)).isEqualTo(1);
  }

  @Test
  void largeTexts_areRefusedWhole() {
    assertThat(valid("a".repeat(17 * MIB))).isZero();
    assertThat(valid(VALID + "spec: " + "a".repeat(10 * MIB))).isZero();
    assertThat(valid(VALID + "---\na: " + "a".repeat(10 * MIB) + "\n---\n" + VALID)).isEqualTo(2);
  }

  private static String list(int count, IntFunction<String> element) {
    return IntStream.range(0, count).mapToObj(element).collect(Collectors.joining(",", "[", "]"));
  }

  private static String fields(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "x" + i + ": 1")
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String virtualService(String spec) {
    return "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec:\n"
        + spec;
  }

  private static String envoyFilter(String patches) {
    return "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: a}\n"
        + "spec:\n  configPatches: "
        + patches;
  }

  @Test
  void manyUnknownFields_areReportedInTime() {
    assertThat(valid(virtualService("  " + fields(50_000)))).isZero();
    assertThat(
            valid(
                envoyFilter(
                    "[{applyTo: CLUSTER, patch: {operation: ADD, value: "
                        + fields(50_000)
                        + "}}]")))
        .isEqualTo(1);
  }

  @Test
  void manyHosts_areComparedWithoutEachOther() {
    String route = "route: [{destination: {host: x}}]";
    String hosts = list(40_000, i -> "a" + i + ".b");
    assertThat(valid(virtualService("  hosts: " + hosts + "\n  http: [{" + route + "}]\n")))
        .isEqualTo(1);
    String elsewhere = list(40_000, i -> "c" + i + ".b");
    assertThat(
            valid(
                virtualService(
                    "  hosts: "
                        + hosts
                        + "\n  tls: [{match: [{sniHosts: "
                        + elsewhere
                        + "}], "
                        + route
                        + "}]\n")))
        .isZero();
    // The longest names there are, of which each has 250 endings.
    String longest = list(3000, i -> ("a".repeat(60) + ".").repeat(4) + "b" + i);
    assertThat(valid(virtualService("  hosts: " + longest + "\n  http: [{" + route + "}]\n")))
        .isEqualTo(1);
  }

  @Test
  void patterns_areJudgedInTheTimeOfTheirLength() {
    for (String regex :
        List.of(
            "(" + "a{999}".repeat(160) + ")",
            "(" + "[a-z]{1,1000}".repeat(75) + ")",
            "(a*)*" + "(a|b)*".repeat(150),
            "(".repeat(500) + "a" + ")".repeat(500),
            "(a+)+$".repeat(160))) {
      String match = "{uri: {regex: \"" + regex + "\"}}";
      assertThat(
              valid(
                  virtualService(
                      "  hosts: [a]\n  http: [{match: "
                          + list(300, i -> match)
                          + ", route: [{destination: {host: x}}]}]\n")))
          .as(regex.substring(0, 20))
          .isEqualTo(1);
    }
    assertThat(
            valid(
                virtualService(
                    "  hosts: [a]\n  http: [{match: [{uri: {regex: \"((a{30}){30}){30}\"}}],"
                        + " route: [{destination: {host: x}}]}]\n")))
        .isZero();
  }

  @Test
  void counts_areJudgedAsTheyAreWritten() {
    for (String right :
        List.of(
            "a{0}", "a{2,}", "a{2,2}", "a{0,0}", "a{1000}", "a{,2}", "a{b}", "\\\\x{2000}{2}")) {
      assertThat(isRegex(right)).as(right).isTrue();
    }
    for (String wrong : List.of("a{2,1}", "a{1001}", "a{2}{3}", "{2}", "a{1,2}*{3}")) {
      assertThat(isRegex(wrong)).as(wrong).isFalse();
    }
  }

  private static boolean isRegex(String regex) {
    return valid(
            virtualService(
                "  hosts: [a]\n  http: [{match: [{uri: {regex: \""
                    + regex
                    + "\"}}], route: [{destination: {host: x}}]}]\n"))
        == 1;
  }

  @Test
  void unknownTypes_loadNothing() {
    String patches =
        list(
            4000,
            i ->
                "{applyTo: HTTP_FILTER, patch: {operation: ADD, value: {typed_config: {\"@type\":"
                    + " a/envoy.no.v3.Such"
                    + i
                    + "}}}}");
    assertThat(valid(envoyFilter(patches))).isZero();
    String nested = "{\"@type\": a/google.protobuf.Any, value: ".repeat(40) + "{}" + "}".repeat(40);
    assertThat(
            valid(
                envoyFilter(
                    "[{applyTo: HTTP_FILTER, patch: {operation: ADD, value: {typed_config: "
                        + nested
                        + "}}}]")))
        .isZero();
  }

  @Test
  void expressions_areNotReadDeep() {
    for (String expression :
        List.of(
            "(".repeat(9000),
            "a?b:".repeat(2400) + "c",
            "-".repeat(9000) + "a",
            "a.exists(x, ".repeat(700) + "true" + ")".repeat(700),
            "a".repeat(10_001))) {
      assertThat(
              valid(
                  "apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: a}\nspec:\n"
                      + "  accessLogging: [{filter: {expression: \""
                      + expression
                      + "\"}}]\n"))
          .as(expression.substring(0, 20))
          .isLessThanOrEqualTo(1);
    }
  }
}
