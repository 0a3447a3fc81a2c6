package io.fairlead.bench.client;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * What a lean client keeps of a discovery response.
 *
 * @param typeUrl the type
 * @param versionInfo of the whole
 * @param nonce for the ACK
 * @param bytes of the message, without the frame around it
 * @param resources how many it had
 * @param removed how many it took away, in the incremental protocol
 * @param names of the resources, in the incremental protocol, if they were asked for
 * @param nanos monotonic time at which it had come as a whole
 */
public record Response(
    String typeUrl,
    String versionInfo,
    String nonce,
    long bytes,
    int resources,
    int removed,
    List<String> names,
    long nanos) {
  private static final int VERSION = 1;
  private static final int RESOURCES = 2;
  private static final int TYPE_URL = 4;
  private static final int NONCE = 5;
  private static final int REMOVED = 6;
  private static final int RESOURCE_NAME = 3;

  /** Whether the names of resources are read. */
  enum Names {
    READ,
    PASS_OVER
  }

  // Both protocols have the same numbers for the same things here.
  static Response read(InputStream stream, Names mode) throws IOException {
    CodedInputStream input = CodedInputStream.newInstance(stream, 1 << 16);
    input.setSizeLimit(Integer.MAX_VALUE);
    String version = "";
    String type = "";
    String nonce = "";
    int resources = 0;
    int removed = 0;
    List<String> names = new ArrayList<>();
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case VERSION -> version = input.readStringRequireUtf8();
        case TYPE_URL -> type = input.readStringRequireUtf8();
        case NONCE -> nonce = input.readStringRequireUtf8();
        case RESOURCES -> {
          resources++;
          if (mode == Names.READ) {
            names.add(nameOf(input));
          } else {
            input.skipField(tag);
          }
        }
        case REMOVED -> {
          removed++;
          input.skipField(tag);
        }
        default -> input.skipField(tag);
      }
    }
    return new Response(
        type,
        version,
        nonce,
        input.getTotalBytesRead(),
        resources,
        removed,
        names,
        System.nanoTime());
  }

  private static String nameOf(CodedInputStream input) throws IOException {
    int outer = input.pushLimit(input.readRawVarint32());
    String name = "";
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == RESOURCE_NAME) {
        name = input.readStringRequireUtf8();
      } else {
        input.skipField(tag);
      }
    }
    input.popLimit(outer);
    return name;
  }
}
