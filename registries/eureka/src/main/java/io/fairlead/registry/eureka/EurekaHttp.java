package io.fairlead.registry.eureka;

import io.fairlead.common.Causes;
import io.fairlead.common.ForeignText;
import io.fairlead.registry.Secret;
import io.fairlead.registry.SecretUnavailableException;
import io.fairlead.registry.support.FailoverHttpClient;
import io.fairlead.registry.support.FailoverHttpClient.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client of the servers of one Eureka for GETs. Confined to one thread, but {@link #close}. */
final class EurekaHttp implements AutoCloseable {
  // A busy server needs seconds to write 100,000 instances anew.
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int MAX_BYTES = 256 << 20;

  private final EurekaConfiguration configuration;
  private final Consumer<Duration> readTook;
  private final FailoverHttpClient client;

  EurekaHttp(EurekaConfiguration configuration, Consumer<Duration> readTook) {
    this.configuration = configuration;
    this.readTook = readTook;
    this.client =
        new FailoverHttpClient(configuration.addresses().size(), PATIENCE, configuration.tls());
  }

  /**
   * The body of an answer, packed as it came.
   *
   * @param server the number of the server that gave it
   */
  record Body(int server, byte[] bytes, boolean gzip) {
    InputStream open() throws IOException {
      return new Answer(200, new ByteArrayInputStream(bytes), gzip).unpacked();
    }
  }

  /** A reader of a body. */
  interface Decoder<T> {
    T decode(Body body) throws IOException;
  }

  /**
   * Sends a GET, and reads its answer to the end.
   *
   * @param path below the path of the server's address
   * @throws EurekaException if no server answers with what the decoder reads
   */
  <T> T get(String path, Decoder<T> decoder) throws IOException {
    return client.call(server -> getFrom(server, path, decoder));
  }

  private <T> T getFrom(int server, String path, Decoder<T> decoder) throws EurekaException {
    URI address = configuration.addresses().get(server);
    String uri = address + path;
    String login = "";
    try {
      login = login();
      long begin = System.nanoTime();
      String used = login;
      Body body = client.get(uri, headers(login), answer -> body(server, answer, used));
      readTook.accept(Duration.ofNanos(System.nanoTime() - begin));
      return decoder.decode(body);
    } catch (EurekaException e) {
      throw new EurekaException(e.status(), uri + ": " + shown(login, e.getMessage()), null);
    } catch (SecretUnavailableException e) {
      throw new EurekaException(0, uri + ": login: " + e.getMessage(), e);
    } catch (IOException e) {
      String advice = "a running server; check addresses and network";
      String cause = Causes.advised(shown(login, Causes.of(e)), advice);
      throw new EurekaException(0, uri + " does not answer: " + cause, e);
    }
  }

  private String login() {
    Secret username = configuration.username();
    Secret password = configuration.password();
    return username == null || password == null ? "" : username.read() + ":" + password.read();
  }

  private static Map<String, String> headers(String login) {
    Map<String, String> headers = new HashMap<>();
    headers.put("Accept", "application/json");
    headers.put("Accept-Encoding", "gzip");
    if (!login.isEmpty()) {
      String base64 = Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
      headers.put("Authorization", "Basic " + base64);
    }
    return headers;
  }

  private static Body body(int server, Answer answer, String login) throws IOException {
    if (answer.status() == 200) {
      byte[] bytes = answer.body().readNBytes(MAX_BYTES);
      if (bytes.length == MAX_BYTES) {
        throw new EurekaException(
            0, "more than " + MAX_BYTES + " bytes (expected: a registry of less, or gzip)", null);
      }
      return new Body(server, bytes, answer.gzip());
    }
    String expected =
        switch (answer.status()) {
          case 401 -> "username and password of a user of this server";
          case 403 -> "a server that is ready: one that started alone may refuse reads for minutes";
          case 404 -> "addresses with the path that Eureka's clients are given, such as /eureka";
          default -> "200";
        };
    // Hidden before it is cut.
    String said = Causes.ofStatus(answer.status(), masked(login, answer.text()));
    throw new EurekaException(answer.status(), Causes.advised(said, expected), null);
  }

  /** Returns a text from outside fit to be shown. */
  private static String shown(String login, @Nullable String text) {
    return ForeignText.problem(masked(login, String.valueOf(text)));
  }

  private static String masked(String login, String text) {
    return ForeignText.masked(text, List.of(login, login.substring(login.indexOf(':') + 1)));
  }

  @Override
  public void close() {
    client.close();
  }
}
