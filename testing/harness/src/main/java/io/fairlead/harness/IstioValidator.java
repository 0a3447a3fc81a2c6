package io.fairlead.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The validation of resources by one version of istiod, in a process of its own. Confined to one
 * thread.
 */
public final class IstioValidator implements AutoCloseable {
  /** The program of the oldest version under test. */
  public static final String OLDER = "istio-validator-1.18.2";

  /** The program of the newest version that is always there. */
  public static final String NEWER = "istio-validator-1.27.0";

  private static final JsonMapper JSON = new JsonMapper();

  private final Process process;
  private final BufferedWriter questions;
  private final BufferedReader answers;

  /**
   * Starts one.
   *
   * @param program such as {@link #NEWER}
   */
  public IstioValidator(String program) throws IOException {
    this.process =
        new ProcessBuilder(Binaries.require(program).toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    this.questions =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * The answer of an istiod.
   *
   * @param error why the document is refused, or empty
   * @param servedError why what is served is refused, or empty
   * @param same whether what is served is what istiod makes of the document
   */
  public record Answer(boolean accepted, String error, String servedError, boolean same) {}

  /**
   * Asks about a document.
   *
   * @param served the content as it would be served, if it would be
   */
  public Answer ask(String document, Optional<byte[]> served) {
    ObjectNode question = JSON.createObjectNode().put("document", document);
    served.ifPresent(bytes -> question.put("served", bytes));
    try {
      questions.write(JSON.writeValueAsString(question));
      questions.newLine();
      questions.flush();
      @Nullable String line = answers.readLine();
      while (line != null && !line.startsWith("{\"accepted\"")) {
        line = answers.readLine();
      }
      if (line == null) {
        throw new IllegalStateException("the validator ended: " + process);
      }
      JsonNode answer = JSON.readTree(line);
      return new Answer(
          answer.path("accepted").asBoolean(),
          answer.path("error").asText(),
          answer.path("servedError").asText(),
          answer.path("same").asBoolean());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
