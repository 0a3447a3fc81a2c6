package io.fairlead.harness;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;

/**
 * A protobuf message put together by field numbers. The harness must not need the module with the
 * Istio types, whose own tests may use the harness.
 */
final class Wire {
  private final UnknownFieldSet.Builder fields = UnknownFieldSet.newBuilder();

  Wire text(int number, String value) {
    return bytes(number, ByteString.copyFromUtf8(value));
  }

  Wire message(int number, Wire value) {
    return bytes(number, value.bytes());
  }

  Wire number(int number, long value) {
    fields.mergeField(number, Field.newBuilder().addVarint(value).build());
    return this;
  }

  /** An entry of a map field with text keys. */
  Wire entry(int number, String key, Wire value) {
    return message(number, new Wire().text(1, key).bytes(2, value.bytes()));
  }

  /** An entry of a map from text to number. */
  Wire entry(int number, String key, long value) {
    return message(number, new Wire().text(1, key).number(2, value));
  }

  Wire bytes(int number, ByteString value) {
    fields.mergeField(number, Field.newBuilder().addLengthDelimited(value).build());
    return this;
  }

  ByteString bytes() {
    return fields.build().toByteString();
  }

  Any any(String type) {
    return Any.newBuilder().setTypeUrl("type.googleapis.com/" + type).setValue(bytes()).build();
  }
}
