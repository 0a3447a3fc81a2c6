package io.fairlead.configs.validation;

import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import io.fairlead.configs.document.Node;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Reads the messages that JSON writes in a form of their own. */
final class WellKnown {
  private WellKnown() {}

  static Optional<Duration> duration(Node node, Spot at) {
    Optional<Duration> duration =
        node instanceof Node.Text text ? GoDuration.parse(text.value()) : Optional.empty();
    if (duration.isEmpty()) {
      at.refuse(node.describe(), GoDuration.FORM);
    }
    return duration;
  }

  static Optional<Timestamp> timestamp(Node node, Spot at) {
    if (node instanceof Node.Text text) {
      try {
        Instant instant = OffsetDateTime.parse(text.value()).toInstant();
        return Optional.of(
            Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build());
      } catch (DateTimeException e) {
        at.refuse(node.describe(), "a time such as 2030-01-31T12:00:00Z");
        return Optional.empty();
      }
    }
    at.refuse(node.describe(), "a time such as 2030-01-31T12:00:00Z");
    return Optional.empty();
  }

  static Optional<Struct> struct(Node node, Spot at) {
    if (!(node instanceof Node.Mapping mapping)) {
      at.refuse(node.describe(), "a mapping");
      return Optional.empty();
    }
    Struct.Builder struct = Struct.newBuilder();
    for (Node.Entry entry : mapping.entries()) {
      value(entry.value(), at.at(entry.key()))
          .ifPresent(value -> struct.putFields(entry.key(), value));
    }
    return Optional.of(struct.build());
  }

  static Optional<ListValue> list(Node node, Spot at) {
    if (!(node instanceof Node.Sequence sequence)) {
      at.refuse(node.describe(), "a list");
      return Optional.empty();
    }
    ListValue.Builder list = ListValue.newBuilder();
    for (int i = 0; i < sequence.items().size(); i++) {
      value(sequence.items().get(i), at.at(i)).ifPresent(list::addValues);
    }
    return Optional.of(list.build());
  }

  static Optional<Value> value(Node node, Spot at) {
    Value.Builder value = Value.newBuilder();
    if (node instanceof Node.Mapping) {
      return struct(node, at).map(struct -> value.setStructValue(struct).build());
    }
    if (node instanceof Node.Sequence) {
      return list(node, at).map(list -> value.setListValue(list).build());
    }
    if (node instanceof Node.Text text) {
      value.setStringValue(text.value());
    } else if (node instanceof Node.Truth truth) {
      value.setBoolValue(truth.value());
    } else if (node instanceof Node.Number number) {
      if (Double.isNaN(number.value())) {
        at.refuse(number.text(), "a number");
        return Optional.empty();
      }
      value.setNumberValue(number.value());
    } else {
      value.setNullValue(NullValue.NULL_VALUE);
    }
    return Optional.of(value.build());
  }
}
