package io.fairlead.common;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reader of private keys in PEM: PKCS#8, and the older forms that openssl, Vault and Consul
 * write, PKCS#1 for RSA and SEC 1 for elliptic curves. Stateless.
 */
public final class PrivateKeys {
  private static final String PKCS8 = "PRIVATE KEY";
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----(.*?)-----END \\1-----", Pattern.DOTALL);
  private static final HexFormat HEX = HexFormat.of();
  // An AlgorithmIdentifier: the object identifier of RSA, and NULL.
  private static final byte[] RSA = HEX.parseHex("300d06092a864886f70d0101010500");
  // The object identifier of keys on elliptic curves.
  private static final byte[] EC = HEX.parseHex("06072a8648ce3d0201");
  private static final byte[] VERSION_0 = HEX.parseHex("020100");
  private static final int SEQUENCE = 0x30;
  private static final int NUMBER = 0x02;
  private static final int OCTETS = 0x04;
  private static final int OBJECT_IDENTIFIER = 0x06;
  // [0] in SEC 1: the curve.
  private static final int PARAMETERS = 0xa0;
  private static final int LINE = 64;
  // An RSA key of 16384 bits has 9 KB.
  private static final int MAX_BYTES = 32 << 10;

  private PrivateKeys() {}

  /**
   * Reads the first private key of a text.
   *
   * @throws GeneralSecurityException if there is none that can be read; the message says why and
   *     what was expected
   */
  public static PrivateKey parse(byte[] pem) throws GeneralSecurityException {
    Matcher block = block(pem);
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
    if (der.length > MAX_BYTES) {
      throw unreadable(null);
    }
    return switch (kind) {
      case PKCS8 -> key(der, "RSA", "EC", "Ed25519");
      case "RSA PRIVATE KEY" -> key(wrapped(RSA, der), "RSA");
      case "EC PRIVATE KEY" -> key(wrapped(element(SEQUENCE, EC, curve(der)), der), "EC");
      default ->
          throw new InvalidKeySpecException(
              "a key of kind '"
                  + kind
                  + "' (expected: RSA or EC, or PRIVATE KEY, which is PKCS#8)");
    };
  }

  /** Whether the first private key of a text is in PKCS#8, which every library reads. */
  public static boolean isPkcs8(byte[] pem) {
    Matcher block = block(pem);
    return block.find() && block.group(1).equals(PKCS8);
  }

  /** Returns a key in PKCS#8, as PEM. */
  public static byte[] pem(PrivateKey key) {
    return ("-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(key.getEncoded())
            + "\n-----END PRIVATE KEY-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static Matcher block(byte[] pem) {
    return BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
  }

  private static PrivateKey key(byte[] pkcs8, String... algorithms)
      throws GeneralSecurityException {
    @Nullable InvalidKeySpecException last = null;
    for (String algorithm : algorithms) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (InvalidKeySpecException e) {
        last = e; // Of another algorithm, or not whole.
      }
    }
    throw unreadable(last);
  }

  private static InvalidKeySpecException unreadable(@Nullable Throwable cause) {
    return new InvalidKeySpecException(
        "not a key that can be read (expected: a whole key, RSA, Ed25519 or EC on P-256, P-384 or"
            + " P-521)",
        cause);
  }

  private static byte[] wrapped(byte[] algorithm, byte[] key) {
    return element(SEQUENCE, VERSION_0, algorithm, element(OCTETS, key));
  }

  /** An element of DER: its tag, its content, and the whole of it. */
  private record Element(int tag, ByteBuffer content, ByteBuffer whole) {
    /** Reads the next one; empty if there is none that is whole. */
    static Optional<Element> next(ByteBuffer from) {
      int start = from.position();
      if (from.remaining() < 2) {
        return Optional.empty();
      }
      int tag = from.get() & 0xff;
      int length = from.get() & 0xff;
      if (length >= 0x80) {
        // So many bytes have the length.
        int bytes = length - 0x80;
        if (bytes > 2 || bytes > from.remaining()) {
          return Optional.empty();
        }
        length = 0;
        for (int i = 0; i < bytes; i++) {
          length = length << 8 | from.get() & 0xff;
        }
      }
      if (length > from.remaining()) {
        return Optional.empty();
      }
      ByteBuffer content = from.slice(from.position(), length);
      from.position(from.position() + length);
      return Optional.of(new Element(tag, content, from.slice(start, from.position() - start)));
    }
  }

  // SEC 1 is a sequence of the number 1, the key's octets, and [0] with the curve.
  private static byte[] curve(byte[] der) throws InvalidKeySpecException {
    ByteBuffer at = ByteBuffer.wrap(der);
    for (int tag : List.of(SEQUENCE, NUMBER, OCTETS, PARAMETERS, OBJECT_IDENTIFIER)) {
      Optional<Element> found = Element.next(at).filter(element -> element.tag() == tag);
      if (found.isEmpty()) {
        break;
      }
      if (tag == OBJECT_IDENTIFIER) {
        byte[] curve = new byte[found.get().whole().remaining()];
        found.get().whole().get(curve);
        return curve;
      }
      if (tag == SEQUENCE || tag == PARAMETERS) {
        at = found.get().content();
      }
    }
    throw new InvalidKeySpecException(
        "a key without the name of its curve (expected: PKCS#8; openssl pkey -in FILE -out NEW"
            + " writes it)");
  }

  private static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    int length = content.size();
    whole.write(tag);
    if (length >= 0x100) {
      whole.writeBytes(new byte[] {(byte) 0x82, (byte) (length >> 8), (byte) length});
    } else if (length >= 0x80) {
      whole.writeBytes(new byte[] {(byte) 0x81, (byte) length});
    } else {
      whole.write(length);
    }
    whole.writeBytes(content.toByteArray());
    return whole.toByteArray();
  }
}
