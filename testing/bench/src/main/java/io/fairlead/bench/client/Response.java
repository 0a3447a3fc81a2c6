package io.fairlead.bench.client;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The parts of a discovery response that a lean client keeps.
 *
 * @param typeUrl the type
 * @param versionInfo of the whole
 * @param nonce for the ACK
 * @param bytes of the message, without the frame around it
 * @param resources how many it had
 * @param removed how many it took away, in the incremental protocol
 * @param items the resources, in the incremental protocol, if their names were asked for
 * @param nanos monotonic time at which it had come as a whole
 */
public record Response(
    String typeUrl,
    String versionInfo,
    String nonce,
    long bytes,
    int resources,
    int removed,
    List<Item> items,
    long nanos) {
  private static final int VERSION = 1;
  private static final int RESOURCES = 2;
  private static final int TYPE_URL = 4;
  private static final int NONCE = 5;
  private static final int REMOVED = 6;
  private static final int RESOURCE_NAME = 3;
  private static final int RESOURCE_CONTENT = 2;

  /**
   * A resource of the incremental protocol.
   *
   * @param name its name
   * @param bytes of the message {@code Resource}: name, version and content
   * @param contentBytes of its content alone, the {@code Any}
   */
  public record Item(String name, int bytes, int contentBytes) {}

  /** The choice whether the names of resources are read. */
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
    List<Item> items = new ArrayList<>();
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case VERSION -> version = input.readStringRequireUtf8();
        case TYPE_URL -> type = input.readStringRequireUtf8();
        case NONCE -> nonce = input.readStringRequireUtf8();
        case RESOURCES -> {
          resources++;
          if (mode == Names.READ) {
            items.add(item(input));
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
        items,
        System.nanoTime());
  }

  private static Item item(CodedInputStream input) throws IOException {
    int bytes = input.readRawVarint32();
    int outer = input.pushLimit(bytes);
    String name = "";
    int contentBytes = 0;
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case RESOURCE_NAME -> name = input.readStringRequireUtf8();
        case RESOURCE_CONTENT -> {
          contentBytes = input.readRawVarint32();
          input.skipRawBytes(contentBytes);
        }
        default -> input.skipField(tag);
      }
    }
    input.popLimit(outer);
    return new Item(name, bytes, contentBytes);
  }
}
