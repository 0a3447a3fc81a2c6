package io.fairlead.server.tls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reader of private keys in PEM: PKCS#8, and the older forms that openssl and cert-manager write,
 * PKCS#1 for RSA and SEC 1 for elliptic curves. Stateless.
 */
final class PrivateKeys {
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----(.*?)-----END \\1-----", Pattern.DOTALL);
  // AlgorithmIdentifier of RSA: its object identifier and NULL.
  private static final byte[] RSA = {
    0x30,
    0x0d,
    0x06,
    0x09,
    0x2a,
    (byte) 0x86,
    0x48,
    (byte) 0x86,
    (byte) 0xf7,
    0x0d,
    0x01,
    0x01,
    0x01,
    0x05,
    0x00
  };
  // The object identifier of keys on elliptic curves.
  private static final byte[] EC = {
    0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
  };
  private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 0x04;
  private static final int OBJECT_IDENTIFIER = 0x06;
  // [0] in SEC 1: the curve.
  private static final int PARAMETERS = 0xa0;

  private PrivateKeys() {}

  /**
   * Reads the first private key of a text.
   *
   * @throws GeneralSecurityException if there is none that can be read; the message says why and
   *     what was expected
   */
  static PrivateKey parse(byte[] pem) throws GeneralSecurityException {
    Matcher block = BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    if (!block.find()) {
      throw new InvalidKeySpecException(
          "no private key in it (expected: a PEM file with -----BEGIN PRIVATE KEY-----)");
    }
    String kind = block.group(1);
    String body = block.group(2);
    if (kind.equals("ENCRYPTED PRIVATE KEY") || body.contains("Proc-Type:")) {
      throw new InvalidKeySpecException(
          "encrypted with a passphrase (expected: a key without one; openssl pkey -in FILE -out"
              + " NEW removes it)");
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(body);
    } catch (IllegalArgumentException e) {
      throw new InvalidKeySpecException("not Base64 within its marks (expected: a whole file)", e);
    }
    return switch (kind) {
      case "PRIVATE KEY" -> pkcs8(der);
      case "RSA PRIVATE KEY" -> key("RSA", sequence(join(VERSION_0, RSA, element(OCTETS, der))));
      case "EC PRIVATE KEY" ->
          key(
              "EC",
              sequence(join(VERSION_0, sequence(join(EC, curve(der))), element(OCTETS, der))));
      default ->
          throw new InvalidKeySpecException(
              "a key of kind '"
                  + kind
                  + "' (expected: RSA or EC, or PRIVATE KEY, which is PKCS#8)");
    };
  }

  private static PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
    for (String algorithm : new String[] {"RSA", "EC", "Ed25519"}) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (InvalidKeySpecException e) {
        continue; // Of another algorithm, or not whole.
      }
    }
    throw unreadable(null);
  }

  private static PrivateKey key(String algorithm, byte[] der) throws GeneralSecurityException {
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (InvalidKeySpecException e) {
      throw unreadable(e);
    }
  }

  private static InvalidKeySpecException unreadable(@Nullable Throwable cause) {
    return new InvalidKeySpecException(
        "not a key that can be read (expected: a whole key, RSA or EC)", cause);
  }

  // The object identifier of the curve: SEC 1 has the number 1, the key's octets, then [0] of it.
  private static byte[] curve(byte[] der) throws InvalidKeySpecException {
    int number = der.length > 1 && (der[1] & 0xff) == 0x81 ? 3 : 2;
    int octets = number + 3;
    int at = octets + 1 < der.length ? octets + 2 + der[octets + 1] : der.length;
    if (at + 3 < der.length
        && der[octets] == OCTETS
        && (der[at] & 0xff) == PARAMETERS
        && der[at + 2] == OBJECT_IDENTIFIER
        && at + 4 + der[at + 3] <= der.length) {
      return Arrays.copyOfRange(der, at + 2, at + 4 + der[at + 3]);
    }
    throw new InvalidKeySpecException(
        "a key without the name of its curve (expected: PKCS#8; openssl pkey -in FILE -out NEW"
            + " writes it)");
  }

  private static byte[] sequence(byte[] content) {
    return element(SEQUENCE, content);
  }

  private static byte[] element(int tag, byte[] content) {
    int length = content.length;
    byte[] head;
    if (length < 0x80) {
      head = new byte[] {(byte) tag, (byte) length};
    } else if (length < 0x100) {
      head = new byte[] {(byte) tag, (byte) 0x81, (byte) length};
    } else {
      head = new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    }
    return join(head, content);
  }

  private static byte[] join(byte[]... parts) {
    byte[] all = new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
