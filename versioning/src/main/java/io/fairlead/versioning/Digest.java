package io.fairlead.versioning;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Digests of content, the base of every version.
 *
 * <p>Why a digest and not a counter or {@code hashCode}: istiod takes a resource as new when its
 * version differs from the one it holds, and a full push to every proxy may follow. A counter
 * starts anew when a gateway loses its disk, and two replicas count differently; {@code hashCode}
 * is 32 bits, so among ten thousand services a change is lost now and then, and it may differ
 * between library versions. The first 128 bits of SHA-256 depend on the bytes alone: the same
 * content has the same version on every replica, after every restart, for good. What keeps them
 * stable in practice is that the bytes are canonical (sorted maps and endpoints, fixed field order)
 * which the golden files of this module's tests watch over.
 */
public final class Digest {
  private static final int VERSION_BYTES = 16;

  private static final ThreadLocal<MessageDigest> SHA_256 =
      ThreadLocal.withInitial(
          () -> {
            try {
              return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
              throw new IllegalStateException("every Java platform has SHA-256", e);
            }
          });

  private Digest() {}

  /** Returns the version of canonical bytes: 128 bits, as 32 lower-case hexadecimal digits. */
  public static String version(byte[] canonical) {
    return HexFormat.of().formatHex(SHA_256.get().digest(canonical), 0, VERSION_BYTES);
  }

  /** 64 well-spread bits of a text (UTF-8): for choosing a bucket or a shard. */
  public static long spread(String text) {
    return ByteBuffer.wrap(SHA_256.get().digest(text.getBytes(StandardCharsets.UTF_8))).getLong();
  }
}
