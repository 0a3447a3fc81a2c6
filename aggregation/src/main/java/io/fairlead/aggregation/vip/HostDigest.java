package io.fairlead.aggregation.vip;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;

/**
 * The SHA-256 of a host as four numbers: its virtual IPs are derived from it, and so is its turn
 * when several hosts choose.
 */
record HostDigest(String host, long a, long b, long c, long d) {
  static final Comparator<HostDigest> ORDER =
      ((Comparator<HostDigest>) (one, other) -> Long.compareUnsigned(one.a, other.a))
          .thenComparing((one, other) -> Long.compareUnsigned(one.b, other.b))
          .thenComparing(HostDigest::host);

  static HostDigest of(String host) {
    try {
      ByteBuffer digest =
          ByteBuffer.wrap(
              MessageDigest.getInstance("SHA-256").digest(host.getBytes(StandardCharsets.UTF_8)));
      return new HostDigest(
          host, digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
