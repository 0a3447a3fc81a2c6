package io.fairlead.configs.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.math.BigInteger;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class DocumentReaderTest {
  @Test
  void documents_areReadEach_withTheirLines() {
    List<DocumentResult> results =
        DocumentReader.read("# first\na: 1\n---\n\nb:\n  - x\n--- # third\nc: {d: 'e'}\n---\n");

    assertThat(results).hasSize(3).allMatch(Document.class::isInstance);
    assertThat(results.get(1).position()).isEqualTo(new Position(5, 1));
    Node.Mapping third = ((Document) results.get(2)).root();
    assertThat(third.position()).isEqualTo(new Position(8, 1));
    assertThat(third.entries().get(0).value().position()).isEqualTo(new Position(8, 4));
  }

  @Test
  void brokenDocument_takesNothingFromItsNeighbours() {
    List<DocumentResult> results = DocumentReader.read("a: 1\n---\nb: [\n---\nc: 1\n");

    assertThat(results).hasSize(3);
    assertThat(results.get(0)).isInstanceOf(Document.class);
    assertThat(results.get(1)).isInstanceOf(UnreadableDocument.class);
    assertThat(results.get(1).position().line()).isBetween(3, 5);
    assertThat(results.get(2)).isInstanceOf(Document.class);
  }

  @Test
  void json_isRead_alsoWithTabs() {
    List<DocumentResult> results =
        DocumentReader.read("{\n\t\"a\": \"b\\u00e9\",\n\t\"c\": [1]\n}");

    assertThat(results)
        .singleElement()
        .isInstanceOfSatisfying(
            Document.class,
            document ->
                assertThat(document.root().entry("a").orElseThrow().value().describe())
                    .isEqualTo("b\u00e9"));
  }

  @Test
  void words_meanWhatTheyMeanToIstiod() {
    Position at = Position.START;
    assertThat(Scalars.of(at, "010"))
        .isInstanceOfSatisfying(
            Node.Number.class,
            number -> assertThat(number.integer()).contains(BigInteger.valueOf(8)));
    assertThat(Scalars.of(at, "1e3"))
        .isInstanceOfSatisfying(
            Node.Number.class,
            number -> assertThat(number.integer()).contains(BigInteger.valueOf(1000)));
    assertThat(Scalars.of(at, "1.5"))
        .isInstanceOfSatisfying(
            Node.Number.class, number -> assertThat(number.integer()).isEmpty());
    assertThat(Scalars.of(at, "yes")).isInstanceOf(Node.Truth.class);
    assertThat(Scalars.of(at, "1h")).isInstanceOf(Node.Text.class);
    assertThat(Scalars.of(at, "1e999999999")).isInstanceOf(Node.Text.class);
    assertThat(Scalars.of(at, "~")).isInstanceOf(Node.Nothing.class);
  }

  @Test
  void alias_isItsValue() {
    assertThat(DocumentReader.read("a: &x {b: c}\nd: *x\n"))
        .singleElement()
        .isInstanceOfSatisfying(
            Document.class,
            document ->
                assertThat(document.root().entry("d").orElseThrow().value())
                    .isInstanceOf(Node.Mapping.class));
  }

  @Test
  void bombOfAliases_isRefused() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      bomb.append("a" + i + ": &a" + i + " [" + ("*a" + (i - 1) + ", ").repeat(9) + "x]\n");
    }

    assertRefused(bomb.toString(), "values in a document");
  }

  @Test
  void hostileTexts_areRefused() {
    assertRefused("a: " + "[".repeat(10_000), "nesting");
    assertRefused("a: " + "x".repeat(10 << 20), "characters");
    assertRefused("x".repeat(DocumentReader.MAX_TEXT + 1), "characters");
    assertRefused("a: *b\n", "alias");
    assertRefused("a: &b [*b]\n", "alias");
    assertRefused("a: 1\na: 2\n", "duplicate key");
    assertRefused("<<: {a: 1}\n", "merge key");
    assertRefused("a: !!java.net.URL x\n", "tag");
    assertRefused("a: \u0000\n", "U+0000");
    assertRefused("# caf\ufffd\na: 1\n", "not UTF-8");
    assertRefused("- a\n", "a list");
    assertRefused("a", "a");
  }

  @Test
  void characterThatIsNotAllowed_isNamedWithItsPlace() {
    assertThat(DocumentReader.read("---\na: 1\n---\nb: 2\nc: caf\ufffd\n").get(1))
        .isEqualTo(new UnreadableDocument(new Position(5, 7), "a byte that is not UTF-8", "YAML"));
  }

  @Test
  void tooManyDocuments_areRefused() {
    List<DocumentResult> results =
        DocumentReader.read("a: 1\n---\n".repeat(DocumentReader.MAX_DOCUMENTS + 10));

    assertThat(results).hasSize(DocumentReader.MAX_DOCUMENTS + 1);
    assertThat(results.get(DocumentReader.MAX_DOCUMENTS)).isInstanceOf(UnreadableDocument.class);
  }

  @Property(tries = 2000, seed = "15")
  void anyText_isRead(@ForAll String text) {
    assertThatCode(() -> DocumentReader.read(text)).doesNotThrowAnyException();
  }

  private static void assertRefused(String text, String found) {
    assertThat(DocumentReader.read(text))
        .singleElement()
        .isInstanceOfSatisfying(
            UnreadableDocument.class, document -> assertThat(document.found()).contains(found));
  }
}
