package io.fairlead.conversion;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A parser of the metadata {@code dubbo.endpoints}, in which Dubbo 3 lists the ports of an
 * instance: a JSON array of objects with a {@code port} and a {@code protocol}.
 */
final class DubboEndpoints {
  /** A factory that does not intern field names, since anybody can register arbitrary ones. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  private DubboEndpoints() {}

  /** Returns the protocol of each port; nothing if the text is not such an array. */
  static Optional<SortedMap<Integer, String>> parse(String text) {
    SortedMap<Integer, String> ports = new TreeMap<>();
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_ARRAY) {
        return Optional.empty();
      }
      while (json.nextToken() == JsonToken.START_OBJECT) {
        readEndpoint(json, ports);
      }
      return json.currentToken() == JsonToken.END_ARRAY ? Optional.of(ports) : Optional.empty();
    } catch (IOException e) {
      // The application registered invalid JSON; the caller counts it as its owner's fault.
      return Optional.empty();
    }
  }

  private static void readEndpoint(JsonParser json, SortedMap<Integer, String> ports)
      throws IOException {
    int port = 0;
    String protocol = "";
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      if (field.equals("port") && value == JsonToken.VALUE_NUMBER_INT) {
        port = json.getIntValue();
      } else if (field.equals("protocol") && value == JsonToken.VALUE_STRING) {
        protocol = json.getText();
      } else {
        json.skipChildren();
      }
    }
    if (Ports.isLegal(port)) {
      ports.putIfAbsent(port, protocol);
    }
  }
}
