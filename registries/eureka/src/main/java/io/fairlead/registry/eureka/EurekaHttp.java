package io.fairlead.registry.eureka;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.fairlead.common.Causes;
import io.fairlead.common.ForeignText;
import io.fairlead.registry.Secret;
import io.fairlead.registry.SecretUnavailableException;
import io.fairlead.registry.support.TlsContexts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client of the servers of one Eureka for GETs: it asks the one that answered last, the
 * others in turn when that one does not answer. Calls block and are made on one thread; {@link
 * #close()} may be called from any and ends a call under way.
 */
final class EurekaHttp implements AutoCloseable {
  private static final Timeout CONNECT = Timeout.ofSeconds(3);
  // A busy server needs seconds to write 100,000 instances anew.
  private static final Timeout ANSWER = Timeout.ofSeconds(20);
  private static final Duration WHOLE_ANSWER = Duration.ofMinutes(2);
  private static final int MAX_BYTES = 256 << 20;
  private static final int MAX_ERROR = 64 << 10;
  // If all servers failed within this time, each is asked once more, over a new connection.
  private static final Duration QUICK_FAILURE = Duration.ofSeconds(1);

  private final EurekaConfiguration configuration;
  private final Consumer<Duration> readTook;
  private int preferred;

  // Guarded by "this"; made anew after a failure, so that rotated TLS files take effect.
  private @Nullable CloseableHttpClient client;
  private boolean closed;

  EurekaHttp(EurekaConfiguration configuration, Consumer<Duration> readTook) {
    this.configuration = configuration;
    this.readTook = readTook;
  }

  /**
   * The body of an answer, packed as it came.
   *
   * @param server the number of the server that gave it
   */
  record Body(int server, byte[] bytes, boolean gzip) {
    InputStream open() throws IOException {
      InputStream raw = new ByteArrayInputStream(bytes);
      return gzip ? new GZIPInputStream(raw, 64 << 10) : raw;
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
  <T> T get(String path, Decoder<T> decoder) throws EurekaException {
    List<URI> addresses = configuration.addresses();
    int first = preferred;
    long begin = System.nanoTime();
    EurekaException last = null;
    for (int i = 0; i < 2 * addresses.size(); i++) {
      boolean again = i >= addresses.size();
      if (again && System.nanoTime() - begin > QUICK_FAILURE.toNanos()) {
        break;
      }
      int server = (first + i) % addresses.size();
      try {
        T answer = getFrom(server, addresses.get(server) + path, decoder);
        preferred = server;
        return answer;
      } catch (EurekaException e) {
        last = e;
        if (i == addresses.size() - 1 && e.isRefusal()) {
          break;
        }
      }
    }
    throw last == null ? new EurekaException(0, "addresses: none", null) : last;
  }

  private <T> T getFrom(int server, String uri, Decoder<T> decoder) throws EurekaException {
    String login = "";
    try {
      login = login();
      HttpGet get = new HttpGet(uri);
      get.setHeader("Accept", "application/json");
      get.setHeader("Accept-Encoding", "gzip");
      if (!login.isEmpty()) {
        String base64 = Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
        get.setHeader("Authorization", "Basic " + base64);
      }
      String shown = login;
      long begin = System.nanoTime();
      Body body = client().execute(get, response -> body(server, uri, response, shown));
      readTook.accept(Duration.ofNanos(System.nanoTime() - begin));
      return decoder.decode(body);
    } catch (EurekaException e) {
      throw e;
    } catch (SecretUnavailableException e) {
      throw new EurekaException(0, uri + ": login: " + e.getMessage(), e);
    } catch (JsonProcessingException e) {
      // The full message quotes the body at length.
      String said = shown(login, e.getOriginalMessage());
      throw new EurekaException(
          0, uri + ": not JSON: " + said + " (expected: Eureka's JSON)", null);
    } catch (MalformedAnswerException e) {
      throw new EurekaException(0, uri + ": " + shown(login, String.valueOf(e.getMessage())), null);
    } catch (IOException e) {
      forget();
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

  private static Body body(int server, String uri, ClassicHttpResponse response, String login)
      throws IOException {
    int status = response.getCode();
    HttpEntity entity = response.getEntity();
    byte[] bytes =
        entity == null ? new byte[0] : bytes(entity, status == 200 ? MAX_BYTES : MAX_ERROR);
    boolean gzip = entity != null && "gzip".equalsIgnoreCase(entity.getContentEncoding());
    Body body = new Body(server, bytes, gzip);
    if (status == 200) {
      return body;
    }
    String expected =
        switch (status) {
          case 401 -> "username and password of a user of this server";
          case 403 -> "a server that is ready: one that started alone may refuse reads for minutes";
          case 404 -> "addresses with the path that Eureka's clients are given, such as /eureka";
          default -> "200";
        };
    String said = gzip ? "" : new String(bytes, StandardCharsets.UTF_8);
    throw new EurekaException(
        status,
        uri + ": " + Causes.advised(Causes.ofStatus(status, shown(login, said)), expected),
        null);
  }

  private static byte[] bytes(HttpEntity entity, int max) throws IOException {
    long deadline = System.nanoTime() + WHOLE_ANSWER.toNanos();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[64 << 10];
    try (InputStream in = entity.getContent()) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        bytes.write(buffer, 0, read);
        if (System.nanoTime() > deadline) {
          throw new SocketTimeoutException("an answer without an end");
        }
        if (bytes.size() > max) {
          throw new MalformedAnswerException(
              "more than " + max + " bytes (expected: a registry of less, or gzip)");
        }
      }
    }
    return bytes.toByteArray();
  }

  /** Returns a text from outside fit to be shown. */
  private static String shown(String login, String text) {
    String password = login.substring(login.indexOf(':') + 1);
    return ForeignText.clean(ForeignText.masked(text, List.of(login, password)));
  }

  private synchronized CloseableHttpClient client() throws IOException {
    if (closed) {
      throw new IOException("closed");
    }
    CloseableHttpClient present = client;
    if (present == null) {
      present = make();
      client = present;
    }
    return present;
  }

  private CloseableHttpClient make() throws IOException {
    PoolingHttpClientConnectionManagerBuilder connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(CONNECT)
                    .setSocketTimeout(ANSWER)
                    .build());
    if (configuration.tls() != null) {
      connections.setTlsSocketStrategy(
          new DefaultClientTlsStrategy(TlsContexts.of(configuration.tls())));
    }
    return HttpClients.custom()
        .setConnectionManager(connections.build())
        .setDefaultRequestConfig(RequestConfig.custom().setResponseTimeout(ANSWER).build())
        // Another server is a better second try than the same one.
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableCookieManagement()
        // What did not change is not even unpacked.
        .disableContentCompression()
        .build();
  }

  private synchronized void forget() {
    if (client != null) {
      client.close(CloseMode.IMMEDIATE);
      client = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    forget();
  }
}
