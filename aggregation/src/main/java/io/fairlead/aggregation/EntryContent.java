package io.fairlead.aggregation;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.fairlead.istio.mcp.v1alpha1.Metadata;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.versioning.Envelope;
import io.fairlead.versioning.Resource;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The content of an entry besides its identity. Immutable.
 *
 * @param labels as in {@link io.fairlead.conversion.ConvertedEntry}
 * @param annotations as in {@link io.fairlead.conversion.ConvertedEntry}
 * @param revisions as in {@link io.fairlead.conversion.ConvertedEntry}
 * @param createTime as in {@link io.fairlead.conversion.ConvertedEntry}
 * @param body the ServiceEntry as canonical bytes, without virtual IPs
 */
record EntryContent(
    SortedMap<String, String> labels,
    SortedMap<String, String> annotations,
    SortedSet<String> revisions,
    Instant createTime,
    ByteString body) {

  /**
   * Reads it from the resource that was made of it. Nothing but the metadata is decoded, since an
   * unchanged registry has each of its entries compared with what is served.
   *
   * @param addressed whether the addresses are the registry's own; otherwise they are left out
   */
  @SuppressWarnings("JavaInstantGetSecondsGetNano") // seconds and nanos are what a Timestamp has
  static EntryContent of(Resource resource, boolean addressed) {
    try {
      Envelope envelope = resource.envelope();
      Metadata metadata = envelope.decodeMetadata();
      return new EntryContent(
          new TreeMap<>(metadata.getLabelsMap()),
          new TreeMap<>(metadata.getAnnotationsMap()),
          new TreeSet<>(resource.revisions()),
          Instant.ofEpochSecond(
              metadata.getCreateTime().getSeconds(), metadata.getCreateTime().getNanos()),
          addressed ? envelope.body() : withoutAddresses(envelope.body()));
    } catch (IOException e) {
      throw new IllegalStateException(resource.key() + ": not an encoded ServiceEntry", e);
    }
  }

  // Canonical bytes have the fields in the order of their numbers.
  private static ByteString withoutAddresses(ByteString body) throws IOException {
    CodedInputStream input = body.newCodedInput();
    int begin = 0;
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      if (field > ServiceEntry.ADDRESSES_FIELD_NUMBER) {
        // The tag is of one byte, like all of the first 15 fields.
        int end = input.getTotalBytesRead() - 1;
        return begin == end ? body : body.substring(0, begin).concat(body.substring(end));
      }
      input.skipField(tag);
      if (field < ServiceEntry.ADDRESSES_FIELD_NUMBER) {
        begin = input.getTotalBytesRead();
      }
    }
    return body.substring(0, begin);
  }

  /** Number of endpoints of a resource; no object is made for any. */
  static int endpoints(Resource resource) {
    return count(resource, ServiceEntry.ENDPOINTS_FIELD_NUMBER);
  }

  /** Whether the endpoints of a resource are pods that it selects. */
  static boolean isSelecting(Resource resource) {
    return count(resource, ServiceEntry.WORKLOAD_SELECTOR_FIELD_NUMBER) > 0;
  }

  private static int count(Resource resource, int field) {
    int count = 0;
    try {
      CodedInputStream body = resource.envelope().body().newCodedInput();
      for (int tag = body.readTag(); tag != 0; tag = body.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == field) {
          count++;
        }
        body.skipField(tag);
      }
    } catch (IOException e) {
      throw new IllegalStateException(resource.key() + ": not an encoded ServiceEntry", e);
    }
    return count;
  }

  /** The addresses that a resource is served with. */
  static List<String> addresses(Resource resource) {
    List<String> addresses = new ArrayList<>(2);
    try {
      CodedInputStream input = resource.envelope().body().newCodedInput();
      for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
        int field = WireFormat.getTagFieldNumber(tag);
        if (field > ServiceEntry.ADDRESSES_FIELD_NUMBER) {
          break;
        }
        if (field == ServiceEntry.ADDRESSES_FIELD_NUMBER) {
          addresses.add(input.readStringRequireUtf8());
        } else {
          input.skipField(tag);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(resource.key() + ": not an encoded ServiceEntry", e);
    }
    return addresses;
  }
}
