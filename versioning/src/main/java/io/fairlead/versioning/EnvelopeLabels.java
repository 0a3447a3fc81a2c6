package io.fairlead.versioning;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.fairlead.istio.mcp.v1alpha1.Metadata;
import io.fairlead.istio.mcp.v1alpha1.Resource;
import java.io.IOException;

/**
 * A reader that looks for one label in an encoded envelope and skips the rest. At a start it is
 * asked of every resource, by code that is not compiled yet; decoding all of each took a good part
 * of the time until clients are answered.
 */
final class EnvelopeLabels {
  // The field numbers on the path from the Any to an entry of the map of labels.
  private static final int[] PATH = {
    Any.VALUE_FIELD_NUMBER, Resource.METADATA_FIELD_NUMBER, Metadata.LABELS_FIELD_NUMBER
  };
  // The field numbers in a map's entry, as protocol buffers define them.
  private static final int KEY = 1;
  private static final int VALUE = 2;

  private final CodedInputStream input;
  private final String name;
  private String found = "";

  private EnvelopeLabels(CodedInputStream input, String name) {
    this.input = input;
    this.name = name;
  }

  /**
   * Returns the value of a label, empty if it is not there.
   *
   * @param any an encoded {@code google.protobuf.Any} that holds an envelope
   * @throws IOException if it is no such thing
   */
  static String find(ByteString any, String name) throws IOException {
    EnvelopeLabels labels = new EnvelopeLabels(any.newCodedInput(), name);
    labels.search(0);
    return labels.found;
  }

  private void search(int depth) throws IOException {
    if (depth == PATH.length) {
      readLabel();
      return;
    }
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == PATH[depth]) {
        int outer = input.pushLimit(input.readRawVarint32());
        search(depth + 1);
        input.popLimit(outer);
      } else {
        input.skipField(tag);
      }
    }
  }

  private void readLabel() throws IOException {
    String key = "";
    String value = "";
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case KEY -> key = input.readStringRequireUtf8();
        case VALUE -> value = input.readStringRequireUtf8();
        default -> input.skipField(tag);
      }
    }
    if (key.equals(name)) {
      found = value;
    }
  }
}
