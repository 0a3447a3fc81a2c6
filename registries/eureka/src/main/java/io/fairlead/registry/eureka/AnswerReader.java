package io.fairlead.registry.eureka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A reader of the JSON of Eureka's answers, one instance after the other, so that an answer of
 * hundreds of megabytes is never in memory as a whole. Where a list has one element some servers
 * write the element alone; both are read. Stateless.
 */
final class AnswerReader {
  // Packed bodies that unfold without end stop here; 100,000 instances have 100 MB.
  private static final long MAX_CHARACTERS = 2L << 30;
  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxDocumentLength(MAX_CHARACTERS).build())
              .build());

  private final InstanceMapper mapper;

  AnswerReader(InstanceMapper mapper) {
    this.mapper = mapper;
  }

  /**
   * Reads an answer to its end.
   *
   * @throws com.fasterxml.jackson.core.JsonProcessingException if it is no JSON
   * @throws MalformedAnswerException if it is not Eureka's
   */
  Answer read(InputStream body) throws IOException {
    AnswerInProgress answer = new AnswerInProgress();
    try (JsonParser json = JSON.createParser(body)) {
      json.nextToken();
      forEachField(
          json,
          "the answer",
          name -> {
            if (!name.equals("applications")) {
              json.skipChildren();
              return;
            }
            answer.complete = true;
            forEachField(json, name, field -> applications(json, field, answer));
          });
      if (json.nextToken() != null) {
        throw new MalformedAnswerException("more after the end (expected: one JSON object)");
      }
    }
    if (!answer.complete) {
      throw new MalformedAnswerException("no applications (expected: Eureka's JSON)");
    }
    return new Answer(answer.hash, answer.registrations);
  }

  /** An answer as far as it was read. */
  private static final class AnswerInProgress {
    private boolean complete;
    private Optional<String> hash = Optional.empty();
    private final List<Registration> registrations = new ArrayList<>();
  }

  private void applications(JsonParser json, String field, AnswerInProgress answer)
      throws IOException {
    switch (field) {
      case "apps__hashcode" -> hash(json, answer);
      case "application" -> forEach(json, field, () -> application(json, answer));
      default -> json.skipChildren();
    }
  }

  private static void hash(JsonParser json, AnswerInProgress answer) throws IOException {
    answer.hash = Optional.ofNullable(json.getValueAsString());
  }

  private void application(JsonParser json, AnswerInProgress answer) throws IOException {
    List<JsonNode> instances = new ArrayList<>();
    String[] name = {""};
    forEachField(
        json,
        "application",
        field -> {
          switch (field) {
            case "name" -> name[0] = json.getValueAsString("");
            case "instance" -> forEach(json, field, () -> instances.add(JSON.readTree(json)));
            default -> json.skipChildren();
          }
        });
    String app = name[0].toLowerCase(Locale.ROOT);
    for (JsonNode instance : instances) {
      answer.registrations.add(mapper.registration(app, instance));
    }
  }

  /** A step that stands on the first token of a value and leaves the parser on its last. */
  private interface Step {
    void read() throws IOException;
  }

  private interface FieldStep {
    void read(String field) throws IOException;
  }

  private static void forEachField(JsonParser json, String what, FieldStep step)
      throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw malformed(json, what, "an object");
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      step.read(field);
    }
  }

  private static void forEach(JsonParser json, String what, Step step) throws IOException {
    switch (json.currentToken()) {
      case START_OBJECT -> step.read();
      case VALUE_NULL -> {}
      case START_ARRAY -> {
        while (json.nextToken() != JsonToken.END_ARRAY) {
          if (json.currentToken() != JsonToken.START_OBJECT) {
            throw malformed(json, what, "objects");
          }
          step.read();
        }
      }
      default -> throw malformed(json, what, "an array or an object");
    }
  }

  private static MalformedAnswerException malformed(JsonParser json, String what, String expected) {
    return new MalformedAnswerException(
        what + ": " + json.currentToken() + " (expected: " + expected + ")");
  }
}
