package io.fairlead.registry.nacos;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import io.fairlead.nacos.NacosJson;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the latest list of services, against which the next list is read. A row that says the
 * same as before is the same object, and nothing is made to find that out: while changes go on the
 * list differs twice a second, and ten thousand rows that live for half a second are too old for
 * the collector's young generation and fill the old one. Confined to its list.
 */
final class KnownRows {
  private static final int ABSENT = -1;

  private final String namespace;
  private List<ServiceRow> latest = List.of();
  // The list that is being read, and where its next row was in the latest one.
  private List<ServiceRow> newer = List.of();
  private int at;

  KnownRows(String namespace) {
    this.namespace = namespace;
  }

  /**
   * Reads an answer that has the list in it; a row without name or group is null there.
   *
   * @throws IOException if it cannot be read; the rows of the latest list then stay
   */
  <T> T read(InputStream body, TypeReference<T> type) throws IOException {
    newer = new ArrayList<>(latest.size() + 1);
    at = 0;
    T answer =
        NacosJson.MAPPER.readerFor(type).withAttribute(KnownRows.class, this).readValue(body);
    if (!newer.isEmpty()) {
      // Else the answer may be an error, which has no list.
      latest = newer;
    }
    newer = List.of();
    return answer;
  }

  private @Nullable ServiceRow latest(int index) {
    return index < latest.size() ? latest.get(index) : null;
  }

  private ServiceRow take(String group, String name, Optional<ServiceRow.Counts> counts) {
    ServiceRow known = named(at, group, name);
    int found = at;
    if (known == null) {
      // One came, or one went: the next may be where this one was.
      found = at + 1;
      known = named(found, group, name);
    }
    ServiceRow row;
    if (known == null) {
      row = new ServiceRow(new ServiceId(namespace, group, name), counts);
    } else {
      at = found + 1;
      row = counts.equals(known.counts()) ? known : new ServiceRow(known.id(), counts);
    }
    newer.add(row);
    return row;
  }

  private @Nullable ServiceRow named(int index, String group, String name) {
    ServiceRow row = latest(index);
    return row != null && row.id().name().equals(name) && row.id().group().equals(group)
        ? row
        : null;
  }

  private Optional<ServiceRow.Counts> counts(int instances, int healthy, boolean protecting) {
    if (instances == ABSENT || healthy == ABSENT) {
      return Optional.empty();
    }
    ServiceRow known = latest(at);
    return known != null && known.hasCounts(instances, healthy, protecting)
        ? known.counts()
        : Optional.of(new ServiceRow.Counts(instances, healthy, protecting));
  }

  /** The deserializer of a row within {@link #read}. */
  static final class RowDeserializer extends JsonDeserializer<ServiceRow> {
    @Override
    public @Nullable ServiceRow deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      if (!parser.isExpectedStartObjectToken()) {
        return (ServiceRow) context.handleUnexpectedToken(ServiceRow.class, parser);
      }
      KnownRows known = (KnownRows) context.getAttribute(KnownRows.class);
      ServiceRow here = known.latest(known.at);
      ServiceRow next = known.latest(known.at + 1);
      String name = null;
      String group = null;
      int instances = ABSENT;
      int healthy = ABSENT;
      boolean protecting = false;
      for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
        if (parser.nextToken() == JsonToken.VALUE_NULL) {
          continue;
        }
        switch (field) {
          case "name" ->
              name =
                  text(
                      parser,
                      context,
                      here == null ? "" : here.id().name(),
                      next == null ? "" : next.id().name());
          case "groupName" -> {
            String likely = here == null ? "" : here.id().group();
            group = text(parser, context, likely, likely);
          }
          case "ipCount" -> instances = count(parser, context);
          case "healthyInstanceCount" -> healthy = count(parser, context);
          case "triggerFlag" -> protecting = says(parser, "true");
          default -> {}
        }
        parser.skipChildren();
      }
      return name == null || name.isEmpty() || group == null
          ? null
          : known.take(group, name, known.counts(instances, healthy, protecting));
    }

    /** Returns the text of the token; one of two known ones if it is equal. */
    private static @Nullable String text(
        JsonParser parser, DeserializationContext context, String known, String other)
        throws IOException {
      if (!parser.currentToken().isScalarValue()) {
        return (String) context.handleUnexpectedToken(String.class, parser);
      }
      return says(parser, known) ? known : says(parser, other) ? other : parser.getText();
    }

    private static int count(JsonParser parser, DeserializationContext context) throws IOException {
      return parser.hasToken(JsonToken.VALUE_NUMBER_INT)
          ? parser.getIntValue()
          : context.readValue(parser, Integer.class);
    }

    private static boolean says(JsonParser parser, String text) throws IOException {
      int length = parser.getTextLength();
      if (length != text.length()) {
        return false;
      }
      char[] characters = parser.getTextCharacters();
      int offset = parser.getTextOffset();
      for (int i = 0; i < length; i++) {
        if (characters[offset + i] != text.charAt(i)) {
          return false;
        }
      }
      return true;
    }
  }
}
