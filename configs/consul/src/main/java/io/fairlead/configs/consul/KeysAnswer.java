package io.fairlead.configs.consul;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.configs.ConfigDocument;
import io.fairlead.registry.support.FailoverHttpClient.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * An answer of Consul that can be believed: all keys below a prefix at one index.
 *
 * @param index to wait for the next change with; above 0
 * @param documents the values, by their keys below the prefix
 */
record KeysAnswer(long index, Map<String, ConfigDocument> documents) {
  private static final int MAX_BYTES = 256 << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxDocumentLength(MAX_BYTES)
                          // One value that is too large is a document that is refused, and no
                          // reason to read none.
                          .maxStringLength(MAX_BYTES)
                          .build())
                  .build())
          .build();
  private static final int OK = 200;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int MAX_SHOWN = 200;

  /**
   * Reads an answer.
   *
   * @param prefix that was asked for
   * @throws IOException if it is none that says what the keys are; the message says why
   */
  static KeysAnswer of(Answer answer, String prefix) throws IOException {
    long index = index(answer, prefix);
    Map<String, ConfigDocument> documents = new TreeMap<>();
    // Where there is no key Consul says so with a 404.
    if (answer.status() == OK) {
      for (JsonNode entry : parsed(answer)) {
        String key = entry.path("Key").asText("");
        JsonNode value = entry.path("Value");
        // Its user interface makes keys of folders, which have no value.
        if (key.startsWith(prefix) && value.isTextual()) {
          String name = name(key, prefix);
          documents.put(name, new ConfigDocument(name, decoded(key, value.asText())));
        }
      }
    }
    return new KeysAnswer(index, documents);
  }

  /**
   * Returns the index of an answer that can be believed.
   *
   * @throws IOException if it cannot; the message says why
   */
  static long index(Answer answer, String prefix) throws IOException {
    int status = answer.status();
    if (status != OK && status != NOT_FOUND) {
      throw new IOException("HTTP " + status + ": " + shown(answer.text()) + hint(status, prefix));
    }
    if ("true".equals(answer.header("X-Consul-Results-Filtered-By-ACLs"))) {
      throw new IOException(
          "Consul left keys out of its answer because of the token's rights"
              + hint(FORBIDDEN, prefix));
    }
    return index(answer.header("X-Consul-Index"));
  }

  private static String hint(int status, String prefix) {
    return status == FORBIDDEN
        ? " (expected: a token with key_prefix \"" + prefix + "\" {policy = \"list\"})"
        : "";
  }

  // Without one it is some other server's answer, or a proxy's.
  private static long index(String text) throws IOException {
    try {
      long index = Long.parseLong(text);
      if (index > 0) {
        return index;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IOException(
        "an answer without an index: X-Consul-Index: "
            + text
            + " (expected: an answer of Consul's API)");
  }

  private static JsonNode parsed(Answer answer) throws IOException {
    try (InputStream body = answer.unpacked()) {
      JsonNode parsed = JSON.readTree(body);
      if (parsed.isArray()) {
        return parsed;
      }
    } catch (StreamConstraintsException e) {
      throw new IOException(
          "more than "
              + (MAX_BYTES >> 20)
              + " MB below the prefix (expected: less; split it among several config sources)");
    } catch (JsonProcessingException e) {
      throw new IOException("no JSON (expected: an answer of Consul's API)");
    }
    throw new IOException("no list of keys (expected: an answer of Consul's API)");
  }

  private static String name(String key, String prefix) {
    String name = key.substring(prefix.length());
    String rest = name.startsWith("/") ? name.substring(1) : name;
    return rest.isEmpty() ? key : rest;
  }

  private static String decoded(String key, String value) throws IOException {
    try {
      return new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IOException(key + ": its value is no base64");
    }
  }

  private static String shown(String text) {
    return text.isBlank()
        ? "no text"
        : text.strip().substring(0, Math.min(text.strip().length(), MAX_SHOWN));
  }
}
