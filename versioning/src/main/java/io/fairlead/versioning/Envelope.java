package io.fairlead.versioning;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.fairlead.istio.mcp.v1alpha1.Metadata;
import io.fairlead.istio.mcp.v1alpha1.Resource;
import java.io.IOException;

/**
 * The parts of an encoded resource, each a slice of its bytes: nothing is decoded or copied, since
 * a start and every unchanged registry have each resource looked at.
 *
 * @param bytes the encoded {@code istio.mcp.v1alpha1.Resource}
 * @param metadata its encoded metadata
 * @param body the encoded thing that it holds, such as a ServiceEntry
 */
public record Envelope(ByteString bytes, ByteString metadata, ByteString body) {
  // Of a map's entry, by the rule of protocol buffers.
  private static final int KEY = 1;
  private static final int VALUE = 2;

  static Envelope of(ByteString any) throws IOException {
    ByteString bytes = field(any, Any.VALUE_FIELD_NUMBER);
    return new Envelope(
        bytes,
        field(bytes, Resource.METADATA_FIELD_NUMBER),
        field(field(bytes, Resource.BODY_FIELD_NUMBER), Any.VALUE_FIELD_NUMBER));
  }

  /** Decodes the metadata. */
  public Metadata decodeMetadata() throws InvalidProtocolBufferException {
    return Metadata.parseFrom(metadata);
  }

  /** Returns the value of a label; empty if it is not there. */
  String label(String name) throws IOException {
    ByteString wanted = ByteString.copyFromUtf8(name);
    CodedInputStream input = metadata.newCodedInput();
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == Metadata.LABELS_FIELD_NUMBER) {
        ByteString label = slice(metadata, input);
        if (field(label, KEY).equals(wanted)) {
          return field(label, VALUE).toStringUtf8();
        }
      } else {
        input.skipField(tag);
      }
    }
    return "";
  }

  /** Returns the content of a field that has bytes; empty if it is not there. */
  private static ByteString field(ByteString message, int field) throws IOException {
    CodedInputStream input = message.newCodedInput();
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == field) {
        return slice(message, input);
      }
      input.skipField(tag);
    }
    return ByteString.EMPTY;
  }

  private static ByteString slice(ByteString message, CodedInputStream input) throws IOException {
    int size = input.readRawVarint32();
    int begin = input.getTotalBytesRead();
    input.skipRawBytes(size);
    return message.substring(begin, begin + size);
  }
}
