package io.fairlead.configs.consul;

import io.fairlead.common.Causes;
import io.fairlead.registry.SecretUnavailableException;
import io.fairlead.registry.support.FailoverHttpClient;
import io.fairlead.registry.support.FailoverHttpClient.Reader;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client of Consul's key-value store that reads all keys below a prefix, from the first address
 * that answers. Confined to the source's thread, but for {@link #close}.
 */
final class KeysClient implements AutoCloseable {
  // What no change wakes, such as rights that were taken away or a restored snapshot, shows then.
  private static final Duration MAX_WAIT = Duration.ofSeconds(5);
  // Consul adds up to a sixteenth to a wait.
  private static final Duration WAIT_PATIENCE = Duration.ofSeconds(12);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ConsulSourceConfiguration configuration;
  private final FailoverHttpClient http;

  KeysClient(ConsulSourceConfiguration configuration) {
    this.configuration = configuration;
    this.http =
        new FailoverHttpClient(configuration.addresses().size(), PATIENCE, configuration.tls());
  }

  /** Returns the address that is asked first. */
  URI address() {
    return configuration.addresses().get(http.preferred());
  }

  /** Ends the query under way, and every later one; any thread. */
  @Override
  public void close() {
    http.close();
  }

  /**
   * Waits until something below the prefix has changed, or for a while. Only the names of the keys
   * are asked for, so a wait in vain costs little, however large the values are.
   *
   * @param index of the answer before
   * @return the index now
   * @throws IOException if there is no answer that can be believed; the message says why
   */
  long awaitChange(long index) throws IOException {
    return ask(
        "keys=true&index=" + index + "&wait=" + MAX_WAIT.toSeconds() + 's',
        WAIT_PATIENCE,
        answer -> KeysAnswer.index(answer, configuration.prefix()));
  }

  /**
   * Reads the keys with their values.
   *
   * @throws IOException if there is no answer that can be believed; the message says why
   */
  KeysAnswer read() throws IOException {
    return ask("recurse=true", PATIENCE, answer -> KeysAnswer.of(answer, configuration.prefix()));
  }

  private <T> T ask(String query, Duration patience, Reader<T> reader) throws IOException {
    try {
      return http.<T, IOException>call(
          server -> http.get(uri(server, query), headers(), patience, reader));
    } catch (IOException e) {
      throw new IOException(address() + ": " + Causes.of(e), e);
    }
  }

  private String uri(int server, String query) {
    StringBuilder uri = new StringBuilder(configuration.addresses().get(server).toString());
    if (uri.charAt(uri.length() - 1) == '/') {
      uri.setLength(uri.length() - 1);
    }
    uri.append("/v1/kv/").append(encoded(configuration.prefix()).replace("%2F", "/"));
    uri.append('?').append(query);
    add(uri, "dc", configuration.datacenter());
    add(uri, "ns", configuration.consulNamespace());
    add(uri, "partition", configuration.partition());
    return uri.toString();
  }

  private Map<String, String> headers() throws IOException {
    if (configuration.token() == null) {
      return Map.of();
    }
    try {
      return Map.of("X-Consul-Token", configuration.token().read());
    } catch (SecretUnavailableException e) {
      throw new IOException("token: " + e.getMessage(), e);
    }
  }

  private static void add(StringBuilder uri, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      uri.append('&').append(name).append('=').append(encoded(value));
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
