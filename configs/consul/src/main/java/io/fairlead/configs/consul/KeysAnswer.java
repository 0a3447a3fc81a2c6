package io.fairlead.configs.consul;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.configs.ConfigDocument;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
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
  private static final JsonMapper JSON = JsonMapper.builder().build();
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
  static KeysAnswer of(HttpResponse<byte[]> answer, String prefix) throws IOException {
    long index = index(answer, prefix);
    Map<String, ConfigDocument> documents = new TreeMap<>();
    // Where there is no key Consul says so with a 404.
    if (answer.statusCode() == OK) {
      for (JsonNode entry : parsed(answer.body())) {
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
  static long index(HttpResponse<byte[]> answer, String prefix) throws IOException {
    int status = answer.statusCode();
    if (status != OK && status != NOT_FOUND) {
      throw new IOException("HTTP " + status + ": " + shown(answer.body()) + hint(status, prefix));
    }
    if (answer
        .headers()
        .firstValue("X-Consul-Results-Filtered-By-ACLs")
        .filter("true"::equals)
        .isPresent()) {
      throw new IOException(
          "Consul left keys out of its answer because of the token's rights"
              + hint(FORBIDDEN, prefix));
    }
    return index(answer.headers());
  }

  private static String hint(int status, String prefix) {
    return status == FORBIDDEN
        ? " (expected: a token with key_prefix \"" + prefix + "\" {policy = \"list\"})"
        : "";
  }

  // Without one it is some other server's answer, or a proxy's.
  private static long index(HttpHeaders headers) throws IOException {
    String text = headers.firstValue("X-Consul-Index").orElse("");
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

  private static JsonNode parsed(byte[] body) throws IOException {
    try {
      JsonNode parsed = JSON.readTree(body);
      if (parsed.isArray()) {
        return parsed;
      }
    } catch (JsonProcessingException e) {
      throw new IOException("no JSON: " + shown(body), e);
    }
    throw new IOException("no list of keys: " + shown(body));
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
      throw new IOException(key + ": its value is no base64", e);
    }
  }

  private static String shown(byte[] body) {
    String text = new String(body, 0, Math.min(body.length, MAX_SHOWN), StandardCharsets.UTF_8);
    return text.isBlank() ? "no text" : text.strip();
  }
}
