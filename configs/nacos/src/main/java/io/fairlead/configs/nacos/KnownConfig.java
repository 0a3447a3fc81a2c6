package io.fairlead.configs.nacos;

import io.fairlead.configs.ConfigDocument;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A configuration as it was read.
 *
 * @param md5 the server's digest of it, which says whether it is to be read again
 */
record KnownConfig(String md5, ConfigDocument document) {
  /** Returns the digest that Nacos makes of a content. */
  static String md5(String content) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("MD5").digest(content.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("MD5 (expected: a part of every Java)", e);
    }
  }
}
