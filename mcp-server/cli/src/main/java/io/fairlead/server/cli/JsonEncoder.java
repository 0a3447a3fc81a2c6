package io.fairlead.server.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import org.slf4j.event.KeyValuePair;

/**
 * An encoder that writes each event of the log as one JSON object on a line of its own: {@code
 * time} (RFC 3339), {@code level}, {@code logger}, {@code thread}, {@code message}, and {@code
 * error} where there was an exception: its messages, and its stack where {@link LineEncoder} has
 * it. What an event says by keys and values, as audit lines and commits do, are fields of their
 * own. Texts from outside are cleaned as in {@link LineEncoder}, so they stay harmless after the
 * JSON is read. Stateless.
 */
final class JsonEncoder extends EventEncoder {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<String> OWN =
      Set.of("time", "level", "logger", "thread", "message", "error");

  /**
   * Creates an encoder.
   *
   * @param allTraces whether every exception has its stack trace
   */
  JsonEncoder(boolean allTraces) {
    super(allTraces);
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField("time", LineEncoder.time(event));
      json.writeStringField("level", event.getLevel().levelStr);
      json.writeStringField("logger", ThrownText.shown(event.getLoggerName()));
      json.writeStringField("thread", ThrownText.shown(String.valueOf(event.getThreadName())));
      json.writeStringField(
          "message", ThrownText.shown(String.valueOf(event.getFormattedMessage())));
      if (event.getKeyValuePairs() != null) {
        for (KeyValuePair pair : event.getKeyValuePairs()) {
          write(json, pair);
        }
      }
      if (event.getThrowableProxy() != null) {
        json.writeStringField("error", error(event, event.getThrowableProxy()));
      }
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException("cannot fail in memory", e);
    }
    return line.toByteArray();
  }

  private static void write(JsonGenerator json, KeyValuePair pair) throws IOException {
    if (OWN.contains(pair.key)) {
      return;
    }
    if (pair.value instanceof Number number) {
      json.writeNumberField(pair.key, number.longValue());
    } else {
      json.writeStringField(pair.key, ThrownText.shown(String.valueOf(pair.value)));
    }
  }

  private String error(ILoggingEvent event, IThrowableProxy thrown) {
    StringBuilder reasons = new StringBuilder();
    ThrownText.appendReasons(reasons, thrown);
    StringBuilder text = new StringBuilder(reasons.substring(2));
    if (hasTrace(event)) {
      ThrownText.appendTraces(text.append('\n'), thrown);
    }
    return text.toString().stripTrailing();
  }
}
