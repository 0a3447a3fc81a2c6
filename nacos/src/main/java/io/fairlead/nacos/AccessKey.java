package io.fairlead.nacos;

import io.fairlead.registry.Secret;
import io.fairlead.registry.SecretUnavailableException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The access key of a Nacos that a cloud runs: each call carries its id, the time and what is asked
 * for, and a signature of these, as the vendor's client makes them. Both parts are read anew for
 * each call. Immutable.
 *
 * @param id the id of the key
 * @param key the key itself
 */
public record AccessKey(Secret id, Secret key) {
  private static final String ALGORITHM = "HmacSHA1";
  private static final String SEPARATOR = "@@";

  /**
   * Returns the parameters of a call.
   *
   * @param resource the service with its group before {@code @@}; empty for what concerns no
   *     service
   * @param keepSecret told the key, so that nobody shows it
   */
  Map<String, String> parameters(String resource, Consumer<String> keepSecret)
      throws SecretUnavailableException {
    String secret = key.read();
    keepSecret.accept(secret);
    String time = Long.toString(System.currentTimeMillis());
    String data = resource.isEmpty() ? time : time + SEPARATOR + resource;
    return Map.of("ak", id.read(), "data", data, "signature", signature(data, secret));
  }

  private static String signature(String data, String secret) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      return Base64.getEncoder().encodeToString(mac.doFinal(data.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(ALGORITHM + " (expected: a part of every Java)", e);
    }
  }
}
