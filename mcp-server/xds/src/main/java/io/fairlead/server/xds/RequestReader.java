package io.fairlead.server.xds;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.WireFormat;
import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.fairlead.common.ForeignText;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A reader of one discovery request that stops at the first field out of bounds, so that no request
 * takes much more memory than it has bytes: a message of protocol buffers as a whole, built from
 * many small parts, takes fifty times as much. What the gateway has no use for is passed over: most
 * of a node, its extensions (100 kB from an Envoy), versions, locators.
 *
 * <p>The bounds on texts are several times what clients send: type URLs of Istio have up to 65
 * characters, names up to 317 (namespace, slash, name), nonces are the gateway's own of about 20 or
 * istiod's time stamp of 50, node ids of istiod at most 600, revisions and versions at most 63. Of
 * an error that is longer, the begin is kept. Confined to one request.
 */
final class RequestReader {
  static final int TYPE_URL = 256;
  static final int NAME = 1024;
  static final int VERSION = 256;
  static final int NONCE = 256;
  static final int NODE_ID = 2048;
  static final int NODE_TEXT = 256;
  static final int ERROR_TEXT = 2000;

  // What a name takes in the sets that it is in, besides its characters.
  static final int NAME_OVERHEAD = 128;
  // What a request takes at least.
  private static final int OVERHEAD = 512;
  private static final int BUFFER = 8192;

  /** The kind of protocol, by which the numbers of the fields differ. */
  enum Kind {
    STATE(
        DiscoveryRequest.NODE_FIELD_NUMBER,
        DiscoveryRequest.TYPE_URL_FIELD_NUMBER,
        DiscoveryRequest.RESPONSE_NONCE_FIELD_NUMBER,
        DiscoveryRequest.ERROR_DETAIL_FIELD_NUMBER,
        DiscoveryRequest.RESOURCE_NAMES_FIELD_NUMBER,
        0,
        0),
    DELTA(
        DeltaDiscoveryRequest.NODE_FIELD_NUMBER,
        DeltaDiscoveryRequest.TYPE_URL_FIELD_NUMBER,
        DeltaDiscoveryRequest.RESPONSE_NONCE_FIELD_NUMBER,
        DeltaDiscoveryRequest.ERROR_DETAIL_FIELD_NUMBER,
        DeltaDiscoveryRequest.RESOURCE_NAMES_SUBSCRIBE_FIELD_NUMBER,
        DeltaDiscoveryRequest.RESOURCE_NAMES_UNSUBSCRIBE_FIELD_NUMBER,
        DeltaDiscoveryRequest.INITIAL_RESOURCE_VERSIONS_FIELD_NUMBER);

    private final int node;
    private final int typeUrl;
    private final int nonce;
    private final int error;
    private final int names;
    private final int unsubscribed;
    private final int versions;

    Kind(int node, int typeUrl, int nonce, int error, int names, int unsubscribed, int versions) {
      this.node = node;
      this.typeUrl = typeUrl;
      this.nonce = nonce;
      this.error = error;
      this.names = names;
      this.unsubscribed = unsubscribed;
      this.versions = versions;
    }
  }

  private final Kind kind;
  private final XdsLimits limits;
  private final CodedInputStream in;
  private Peer node = Peer.UNKNOWN;
  private String typeUrl = "";
  private String nonce = "";
  private @Nullable String error;
  private final List<String> names = new ArrayList<>();
  private final List<String> unsubscribed = new ArrayList<>();
  private final Map<String, String> versions = new HashMap<>();
  private int count;
  private long bytes = OVERHEAD;

  private RequestReader(Kind kind, XdsLimits limits, InputStream stream) {
    this.kind = kind;
    this.limits = limits;
    this.in = CodedInputStream.newInstance(new Bounded(stream, limits.requestBytes()), BUFFER);
  }

  /** Reads one request; what is out of bounds is told in it. */
  static ClientRequest read(Kind kind, XdsLimits limits, InputStream stream) {
    RequestReader reader = new RequestReader(kind, limits, stream);
    try {
      reader.read();
      return reader.request(null);
    } catch (OutOfBounds e) {
      return reader.request(e.refusal);
    } catch (TooLarge e) {
      return reader.request(tooLarge(limits));
    } catch (InvalidProtocolBufferException e) {
      return reader.request(
          new ClientRequest.Refusal(
              Disconnect.INVALID, "request: cannot be read (expected: a discovery request)"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Why a request of more bytes than allowed is refused. */
  static ClientRequest.Refusal tooLarge(XdsLimits limits) {
    return new ClientRequest.Refusal(
        Disconnect.REQUEST_BYTES,
        "request: larger than allowed (expected: at most "
            + limits.requestBytes()
            + " bytes, xds.limits.requestBytes)");
  }

  private ClientRequest request(ClientRequest.@Nullable Refusal refusal) {
    return new ClientRequest(
        refusal, node, typeUrl, nonce, error, names, unsubscribed, versions, bytes);
  }

  private void read() throws IOException, OutOfBounds {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        skip(tag);
      } else if (field == kind.node) {
        readNode();
      } else if (field == kind.typeUrl) {
        typeUrl = typeUrl();
      } else if (field == kind.nonce) {
        nonce = text("response_nonce", NONCE);
      } else if (field == kind.error) {
        readError();
      } else if (field == kind.names) {
        names.add(name());
      } else if (field == kind.unsubscribed) {
        unsubscribed.add(name());
      } else if (field == kind.versions) {
        readVersion();
      } else {
        skip(tag);
      }
    }
  }

  // It is shown where people look, as it is.
  private String typeUrl() throws IOException, OutOfBounds {
    String text = text("type_url", TYPE_URL);
    String clean = ForeignText.escaped(text);
    if (!clean.equals(text)) {
      throw new OutOfBounds(
          Disconnect.INVALID, "type_url: " + clean + " (expected: printable characters)");
    }
    return text;
  }

  private String name() throws IOException, OutOfBounds {
    counted();
    return text("resource name", NAME);
  }

  private void counted() throws OutOfBounds {
    if (++count > limits.names()) {
      throw new OutOfBounds(Disconnect.NAMES, tooManyNames(limits));
    }
    bytes += NAME_OVERHEAD;
  }

  static String tooManyNames(XdsLimits limits) {
    return "resource names: too many (expected: at most "
        + limits.names()
        + " a stream, xds.limits.names)";
  }

  private void readVersion() throws IOException, OutOfBounds {
    counted();
    String name = "";
    String version = "";
    int end = begin();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == tag(1)) {
        name = text("resource name", NAME);
      } else if (tag == tag(2)) {
        version = text("resource version", VERSION);
      } else {
        skip(tag);
      }
    }
    in.popLimit(end);
    versions.put(name, version);
  }

  private void readError() throws IOException {
    String message = "";
    int end = begin();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == tag(Status.MESSAGE_FIELD_NUMBER)) {
        int size = in.readRawVarint32();
        int kept = Math.min(size, ERROR_TEXT * 2);
        message = new String(in.readRawBytes(kept), StandardCharsets.UTF_8);
        in.skipRawBytes(size - kept);
        if (kept < size) {
          message += "… (" + size + " bytes)";
        }
      } else {
        skip(tag);
      }
    }
    in.popLimit(end);
    error = ForeignText.clean(message, ERROR_TEXT);
    bytes += 2L * error.length();
  }

  private void readNode() throws IOException, OutOfBounds {
    String id = "";
    Map<String, String> metadata = new HashMap<>();
    int end = begin();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == tag(Node.ID_FIELD_NUMBER)) {
        id = text("node id", NODE_ID);
      } else if (tag == tag(Node.METADATA_FIELD_NUMBER)) {
        readStruct(metadata);
      } else {
        skip(tag);
      }
    }
    in.popLimit(end);
    node = Peer.of(id, metadata);
  }

  private void readStruct(Map<String, String> metadata) throws IOException, OutOfBounds {
    int end = begin();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == tag(Struct.FIELDS_FIELD_NUMBER)) {
        readField(metadata);
      } else {
        skip(tag);
      }
    }
    in.popLimit(end);
  }

  private void readField(Map<String, String> metadata) throws IOException, OutOfBounds {
    String key = "";
    int end = begin();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == tag(1)) {
        int size = in.readRawVarint32();
        key = size > NODE_TEXT ? skipped(size) : utf8(size);
      } else if (tag == tag(2) && Peer.KEYS.contains(key)) {
        readValue(key, metadata);
      } else {
        skip(tag);
      }
    }
    in.popLimit(end);
  }

  private String skipped(int size) throws IOException {
    in.skipRawBytes(size);
    return "";
  }

  private void readValue(String key, Map<String, String> metadata) throws IOException, OutOfBounds {
    int end = begin();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == tag(Value.STRING_VALUE_FIELD_NUMBER)) {
        metadata.put(key, text("node metadata " + key, NODE_TEXT));
      } else {
        skip(tag);
      }
    }
    in.popLimit(end);
  }

  private void skip(int tag) throws IOException {
    if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_START_GROUP) {
      // No message of the protocol has one, and they nest.
      throw new InvalidProtocolBufferException("a group");
    }
    in.skipField(tag);
  }

  // The limit to go back to at the end of the message that begins here.
  private int begin() throws IOException {
    return in.pushLimit(in.readRawVarint32());
  }

  private String text(String what, int most) throws IOException, OutOfBounds {
    int size = in.readRawVarint32();
    if (size < 0 || size > most) {
      throw new OutOfBounds(
          Disconnect.INVALID, what + ": " + size + " bytes long (expected: at most " + most + ")");
    }
    bytes += size;
    return utf8(size);
  }

  private String utf8(int size) throws IOException {
    return new String(in.readRawBytes(size), StandardCharsets.UTF_8);
  }

  private static int tag(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  private static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** A compressed request is larger than what came over the wire. */
  private static final class Bounded extends FilterInputStream {
    private long left;

    Bounded(InputStream stream, long most) {
      super(stream);
      this.left = most;
    }

    private int read(int count) throws IOException {
      left -= Math.max(0, count);
      if (left < 0) {
        throw new TooLarge();
      }
      return count;
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      read(value < 0 ? 0 : 1);
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return read(super.read(target, offset, length));
    }

    @Override
    public long skip(long count) throws IOException {
      return read((int) super.skip(Math.min(count, BUFFER)));
    }
  }

  private static final class OutOfBounds extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ClientRequest.Refusal refusal;

    OutOfBounds(Disconnect reason, String description) {
      super(description, null, false, false);
      this.refusal = new ClientRequest.Refusal(reason, description);
    }
  }
}
