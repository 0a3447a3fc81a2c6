package io.fairlead.configs.validation;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.fairlead.common.Similar;
import io.fairlead.configs.document.Node;
import io.fairlead.configs.validation.Problem.Severity;
import java.math.BigInteger;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a document into a protobuf message as istiod does: names as in JSON or in the schema,
 * durations in Go's form, numbers in quotes, null for what is not set.
 */
final class MessageReader {
  /** A way to treat a field that a message does not have. */
  enum UnknownFields {
    REFUSED,
    WARNED
  }

  private static final String TYPE_KEY = "@type";
  private static final int MAX_SIMILAR = 64;
  private static final Set<String> OWN_FORMS =
      Set.of(
          "google.protobuf.Any",
          "google.protobuf.BoolValue",
          "google.protobuf.BytesValue",
          "google.protobuf.DoubleValue",
          "google.protobuf.Duration",
          "google.protobuf.FloatValue",
          "google.protobuf.Int32Value",
          "google.protobuf.Int64Value",
          "google.protobuf.ListValue",
          "google.protobuf.StringValue",
          "google.protobuf.Struct",
          "google.protobuf.Timestamp",
          "google.protobuf.UInt32Value",
          "google.protobuf.UInt64Value",
          "google.protobuf.Value");
  private static final Pattern JSON_INTEGER = Pattern.compile("-?(0|[1-9][0-9]{0,25})");
  private static final Pattern JSON_NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
  private static final Set<FieldDescriptor.Type> UNSIGNED =
      EnumSet.of(
          FieldDescriptor.Type.UINT32,
          FieldDescriptor.Type.UINT64,
          FieldDescriptor.Type.FIXED32,
          FieldDescriptor.Type.FIXED64);

  private final UnknownFields unknownFields;
  private final AnyTypes types;

  MessageReader(UnknownFields unknownFields, AnyTypes types) {
    this.unknownFields = unknownFields;
    this.types = types;
  }

  /** Fills a message; what cannot be read is reported and left out. */
  void read(Node.Mapping mapping, Message.Builder message, Spot at) {
    FieldNames names = FieldNames.of(message.getDescriptorForType());
    Map<FieldDescriptor, String> seen = new HashMap<>();
    Map<OneofDescriptor, String> chosen = new HashMap<>();
    for (Node.Entry entry : mapping.entries()) {
      Optional<FieldDescriptor> known = names.field(entry.key());
      Spot here = at.at(entry.key());
      if (known.isEmpty()) {
        unknown(entry.key(), names, here);
        continue;
      }
      FieldDescriptor field = known.get();
      String before = seen.put(field, entry.key());
      if (before != null) {
        here.refuse(entry.key(), "only " + before + ", which is the same field");
        continue;
      }
      if (entry.value() instanceof Node.Nothing && !isValue(field)) {
        continue;
      }
      OneofDescriptor oneof = field.getRealContainingOneof();
      String other = oneof == null ? null : chosen.put(oneof, entry.key());
      if (other != null) {
        here.refuse(entry.key() + " beside " + other, "one of the two");
        continue;
      }
      field(field, entry.value(), message, here);
    }
  }

  private void unknown(String key, FieldNames names, Spot at) {
    if (at.isFull(unknownFields == UnknownFields.REFUSED ? Severity.ERROR : Severity.WARNING)) {
      return;
    }
    String expected =
        (key.length() <= MAX_SIMILAR ? Similar.to(key, names.names()) : Optional.<String>empty())
            .map(similar -> "did you mean " + similar + "?")
            .orElseGet(() -> "one of " + String.join(", ", names.names()));
    if (names.names().isEmpty()) {
      expected = "nothing below it";
    }
    if (unknownFields == UnknownFields.REFUSED) {
      at.refuse("unknown field", expected);
    } else {
      at.warn("unknown field", expected);
    }
  }

  private void field(FieldDescriptor field, Node value, Message.Builder message, Spot at) {
    if (field.isMapField()) {
      map(field, value, message, at);
    } else if (field.isRepeated()) {
      if (!(value instanceof Node.Sequence list)) {
        at.refuse(value.describe(), "a list");
        return;
      }
      for (int i = 0; i < list.items().size(); i++) {
        Object item = single(field, list.items().get(i), message, at.at(i));
        if (item != null) {
          message.addRepeatedField(field, item);
        }
      }
    } else {
      Object single = single(field, value, message, at);
      if (single != null) {
        message.setField(field, single);
      }
    }
  }

  private void map(FieldDescriptor field, Node value, Message.Builder message, Spot at) {
    if (!(value instanceof Node.Mapping mapping)) {
      at.refuse(value.describe(), "a mapping");
      return;
    }
    FieldDescriptor keyField = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor valueField = field.getMessageType().findFieldByNumber(2);
    for (Node.Entry entry : mapping.entries()) {
      Spot here = at.at(entry.key());
      Message.Builder item = message.newBuilderForField(field);
      Object key =
          keyField.getJavaType() == FieldDescriptor.JavaType.STRING
              ? entry.key()
              : scalar(keyField, new Node.Text(entry.position(), entry.key()), here);
      Object read = single(valueField, entry.value(), item, here);
      if (key != null && read != null) {
        message.addRepeatedField(
            field, item.setField(keyField, key).setField(valueField, read).build());
      }
    }
  }

  private @Nullable Object single(
      FieldDescriptor field, Node value, Message.Builder parent, Spot at) {
    if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
      return scalar(field, value, at);
    }
    Message.Builder message = parent.newBuilderForField(field);
    return message(value, message, at) ? message.build() : null;
  }

  /** Fills a message of any type, also the ones that JSON writes in a way of their own. */
  private boolean message(Node value, Message.Builder message, Spot at) {
    Descriptor type = message.getDescriptorForType();
    switch (type.getFullName()) {
      case "google.protobuf.BoolValue",
          "google.protobuf.StringValue",
          "google.protobuf.BytesValue",
          "google.protobuf.Int32Value",
          "google.protobuf.UInt32Value",
          "google.protobuf.Int64Value",
          "google.protobuf.UInt64Value",
          "google.protobuf.FloatValue",
          "google.protobuf.DoubleValue" -> {
        FieldDescriptor wrapped = type.findFieldByNumber(1);
        Object scalar = scalar(wrapped, value, at);
        if (scalar != null) {
          message.setField(wrapped, scalar);
        }
        return scalar != null;
      }
      case "google.protobuf.Duration" -> {
        return merged(WellKnown.duration(value, at), message);
      }
      case "google.protobuf.Timestamp" -> {
        return merged(WellKnown.timestamp(value, at), message);
      }
      case "google.protobuf.Struct" -> {
        return merged(WellKnown.struct(value, at), message);
      }
      case "google.protobuf.ListValue" -> {
        return merged(WellKnown.list(value, at), message);
      }
      case "google.protobuf.Value" -> {
        return merged(WellKnown.value(value, at), message);
      }
      case "google.protobuf.Any" -> {
        return any(value, message, at);
      }
      default -> {
        if (value instanceof Node.Nothing) {
          at.refuse("null", "a mapping, or no such element");
          return false;
        }
        if (!(value instanceof Node.Mapping mapping)) {
          at.refuse(value.describe(), "a mapping");
          return false;
        }
        read(mapping, message, at);
        return true;
      }
    }
  }

  private static boolean merged(Optional<? extends Message> value, Message.Builder message) {
    value.ifPresent(message::mergeFrom);
    return value.isPresent();
  }

  private boolean any(Node value, Message.Builder message, Spot at) {
    if (!(value instanceof Node.Mapping mapping)) {
      at.refuse(value.describe(), "a mapping with @type");
      return false;
    }
    Spot typeAt = at.at(TYPE_KEY);
    Optional<Node> written = mapping.entry(TYPE_KEY).map(Node.Entry::value);
    if (written.isEmpty() || !(written.get() instanceof Node.Text url)) {
      typeAt.refuse(written.map(Node::describe).orElse("nothing"), "the URL of a type");
      return false;
    }
    Optional<Descriptor> type = types.find(url.value(), typeAt);
    if (type.isEmpty()) {
      return false;
    }
    DynamicMessage.Builder content = DynamicMessage.newBuilder(type.get());
    Node.Mapping fields =
        new Node.Mapping(
            mapping.position(),
            mapping.entries().stream().filter(entry -> !entry.key().equals(TYPE_KEY)).toList());
    if (hasOwnForm(type.get())) {
      Optional<Node> wrapped = fields.entry("value").map(Node.Entry::value);
      if (wrapped.isEmpty()) {
        at.refuse("no value", "the content of " + url.value() + " as value");
        return false;
      }
      message(wrapped.get(), content, at.at("value"));
    } else {
      read(fields, content, at);
    }
    FieldDescriptor urlField = message.getDescriptorForType().findFieldByNumber(1);
    FieldDescriptor bytesField = message.getDescriptorForType().findFieldByNumber(2);
    message.setField(urlField, url.value()).setField(bytesField, content.build().toByteString());
    return true;
  }

  private static boolean hasOwnForm(Descriptor type) {
    return OWN_FORMS.contains(type.getFullName());
  }

  private static boolean isValue(FieldDescriptor field) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && !field.isRepeated()
        && field.getMessageType().getFullName().equals("google.protobuf.Value");
  }

  private static @Nullable Object scalar(FieldDescriptor field, Node value, Spot at) {
    switch (field.getJavaType()) {
      case STRING -> {
        if (value instanceof Node.Text text) {
          return text.value();
        }
        at.refuse(
            value.describe(),
            value instanceof Node.Number || value instanceof Node.Truth
                ? "a text: put it in quotes"
                : "a text");
      }
      case BOOLEAN -> {
        if (value instanceof Node.Truth truth) {
          return truth.value();
        }
        at.refuse(value.describe(), "true or false");
      }
      case BYTE_STRING -> {
        return bytes(value, at);
      }
      case ENUM -> {
        return enumValue(field, value, at);
      }
      case INT -> {
        BigInteger number = integer(field, value, 32, at);
        return number == null ? null : number.intValue();
      }
      case LONG -> {
        BigInteger number = integer(field, value, 64, at);
        return number == null ? null : number.longValue();
      }
      case FLOAT -> {
        Double number = decimal(value, at);
        return number == null ? null : number.floatValue();
      }
      case DOUBLE -> {
        return decimal(value, at);
      }
      case MESSAGE -> throw new IllegalArgumentException("no scalar: " + field.getFullName());
    }
    return null;
  }

  private static @Nullable ByteString bytes(Node value, Spot at) {
    if (value instanceof Node.Text text) {
      try {
        return ByteString.copyFrom(Base64.getDecoder().decode(text.value()));
      } catch (IllegalArgumentException e) {
        at.refuse(value.describe(), "bytes in base64");
        return null;
      }
    }
    at.refuse(value.describe(), "bytes in base64");
    return null;
  }

  private static @Nullable EnumValueDescriptor enumValue(
      FieldDescriptor field, Node value, Spot at) {
    if (value instanceof Node.Text text) {
      EnumValueDescriptor named = field.getEnumType().findValueByName(text.value());
      if (named != null) {
        return named;
      }
    } else if (value instanceof Node.Number number && number.integer().isPresent()) {
      BigInteger integer = number.integer().get();
      EnumValueDescriptor numbered =
          integer.bitLength() < 32
              ? field.getEnumType().findValueByNumber(integer.intValue())
              : null;
      if (numbered != null) {
        return numbered;
      }
    }
    List<String> names =
        field.getEnumType().getValues().stream().map(EnumValueDescriptor::getName).toList();
    at.refuse(value.describe(), "one of " + String.join(", ", names));
    return null;
  }

  private static @Nullable BigInteger integer(
      FieldDescriptor field, Node value, int bits, Spot at) {
    Optional<BigInteger> number = Optional.empty();
    if (value instanceof Node.Number written) {
      number = written.integer();
    } else if (value instanceof Node.Text text && JSON_INTEGER.matcher(text.value()).matches()) {
      number = Optional.of(new BigInteger(text.value()));
    }
    boolean unsigned = UNSIGNED.contains(field.getType());
    BigInteger max = BigInteger.ONE.shiftLeft(unsigned ? bits : bits - 1);
    BigInteger min = unsigned ? BigInteger.ZERO : max.negate();
    if (number.isEmpty() || number.get().compareTo(min) < 0 || number.get().compareTo(max) >= 0) {
      at.refuse(
          value.describe(), "a whole number from " + min + " to " + max.subtract(BigInteger.ONE));
      return null;
    }
    return number.get();
  }

  private static @Nullable Double decimal(Node value, Spot at) {
    double number = Double.NaN;
    if (value instanceof Node.Number written) {
      number = written.value();
    } else if (value instanceof Node.Text text
        && text.value().length() <= MAX_SIMILAR
        && JSON_NUMBER.matcher(text.value()).matches()) {
      number = Double.parseDouble(text.value());
    }
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      at.refuse(value.describe(), "a number");
      return null;
    }
    return number;
  }
}
