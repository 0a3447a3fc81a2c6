package io.fairlead.configs.validation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Sets of keys that sign tokens, as JSON. */
final class KeySet {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final Set<String> CURVES = Set.of("P-256", "P-384", "P-521");
  private static final Pattern BASE64_URL = Pattern.compile("[A-Za-z0-9_-]+");
  private static final Map<String, List<String>> MEMBERS =
      Map.of("RSA", List.of("n", "e"), "EC", List.of("x", "y"), "oct", List.of("k"));

  private KeySet() {}

  /** Returns what is expected instead of a text that is no set of keys. */
  static Optional<String> problem(String text) {
    JsonNode set;
    try {
      set = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return Optional.of("JSON with keys");
    }
    if (!set.isObject()) {
      return Optional.of("JSON with keys");
    }
    if (!set.has("keys")) {
      return key(set);
    }
    if (!set.get("keys").isArray()) {
      return Optional.of("keys as a list");
    }
    for (JsonNode key : set.get("keys")) {
      Optional<String> problem = key(key);
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> key(JsonNode key) {
    List<String> members = MEMBERS.getOrDefault(key.path("kty").asText(), List.of());
    if (members.isEmpty()) {
      return Optional.of("kty RSA, EC or oct in each key");
    }
    if (members.contains("x") && !CURVES.contains(key.path("crv").asText())) {
      return Optional.of("crv P-256, P-384 or P-521 in each key of kty EC");
    }
    return members.stream()
        .filter(member -> !isBase64Url(key.path(member).asText()))
        .map(member -> member + " in base64url in each key")
        .findFirst();
  }

  private static boolean isBase64Url(String text) {
    // A character over holds less than a byte.
    return BASE64_URL.matcher(text).matches() && text.length() % 4 != 1;
  }
}
