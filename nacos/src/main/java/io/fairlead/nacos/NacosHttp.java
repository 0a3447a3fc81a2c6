package io.fairlead.nacos;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.fairlead.common.Causes;
import io.fairlead.nacos.NacosJson.Envelope;
import io.fairlead.nacos.NacosReadException.Fault;
import io.fairlead.registry.TlsFiles;
import io.fairlead.registry.support.TlsContexts;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client of one Nacos cluster for GETs: it asks the server that answered last, the others
 * in turn when that one does not answer, with the login's token. Thread-safe; calls block.
 */
public final class NacosHttp implements AutoCloseable {
  private static final Timeout CONNECT = Timeout.ofSeconds(3);
  // A server that hangs is to be left soon. What it is asked each second takes it 0.3 s at most.
  private static final Timeout ANSWER = Timeout.ofSeconds(10);
  // A whole read of 100,000 instances takes a busy server seconds before its first byte.
  private static final Timeout LARGE_ANSWER = Timeout.ofSeconds(30);
  private static final Duration WHOLE_ANSWER = Duration.ofMinutes(2);
  private static final int MAX_ERROR = 64 * 1024;
  private static final int CONNECTIONS = 16;
  // If all servers failed within this time, a second attempt is made over new connections.
  private static final Duration QUICK_FAILURE = Duration.ofSeconds(1);

  private final List<NacosAddress> addresses;
  private final String contextPath;
  private final NacosLogin login;
  private final PoolingHttpClientConnectionManager connections;
  private final CloseableHttpClient http;
  private final AtomicLong interruptions = new AtomicLong();

  // The address that answered last; a race between two threads costs one more try.
  private volatile int preferred;

  /**
   * @param tls files for {@code https} addresses; absent: the system's certificates
   * @throws NacosReadException if the files cannot be used
   */
  public NacosHttp(
      List<NacosAddress> addresses, String contextPath, NacosLogin login, @Nullable TlsFiles tls)
      throws NacosReadException {
    this.addresses = List.copyOf(addresses);
    this.contextPath = contextPath;
    this.login = login;
    PoolingHttpClientConnectionManagerBuilder builder =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnTotal(CONNECTIONS)
            .setMaxConnPerRoute(CONNECTIONS)
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(CONNECT)
                    .setSocketTimeout(ANSWER)
                    .build());
    if (tls != null) {
      builder.setTlsSocketStrategy(new DefaultClientTlsStrategy(context(tls)));
    }
    this.connections = builder.build();
    this.http =
        HttpClients.custom()
            .setConnectionManager(connections)
            .setDefaultRequestConfig(requests(ANSWER))
            // Another server is a better second try than the same one.
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableCookieManagement()
            .build();
  }

  private static SSLContext context(TlsFiles tls) throws NacosReadException {
    try {
      return TlsContexts.of(tls);
    } catch (IOException e) {
      throw new NacosReadException(Fault.MISCONFIGURED, String.valueOf(e.getMessage()), e);
    }
  }

  private static RequestConfig requests(Timeout answer) {
    return RequestConfig.custom()
        .setConnectionRequestTimeout(answer)
        .setResponseTimeout(answer)
        .build();
  }

  /** Returns how often a server did not answer so far. */
  public long interruptions() {
    return interruptions.get();
  }

  /** Returns the server that is asked first, for messages. */
  public NacosAddress address() {
    return addresses.get(preferred);
  }

  /** A decoder of an answer's body, which it reads to the end. */
  @FunctionalInterface
  public interface Decoder<T> {
    Envelope<T> decode(InputStream body) throws IOException;
  }

  /**
   * A rule that tells the API's own "there is none" from the answer of a server without the API.
   */
  @FunctionalInterface
  public interface NotFound {
    boolean isSaidBy(int status, String text);
  }

  /**
   * A kind of GET.
   *
   * @param path below the context path
   * @param decoder of an answer with status 200
   * @param notFound of any other one
   * @param large whether its answer is that of a whole registry, which takes its time
   */
  public record Question<T>(String path, Decoder<T> decoder, NotFound notFound, boolean large) {
    /** Creates the one of a short answer. */
    public Question(String path, Decoder<T> decoder, NotFound notFound) {
      this(path, decoder, notFound, false);
    }

    /** Returns it with another decoder. */
    public <S> Question<S> with(Decoder<S> other) {
      return new Question<>(path, other, notFound, large);
    }

    /** Returns it as one whose answer takes its time. */
    public Question<T> asLarge() {
      return new Question<>(path, decoder, notFound, true);
    }
  }

  /**
   * Sends one GET.
   *
   * @param what the name of what is asked for, for messages
   */
  public <T> GetResult<T> get(String what, Question<T> question, Map<String, String> query)
      throws NacosReadException {
    return onAnyServer(what, address -> getFrom(address, what, question, query));
  }

  /** A call to one server. */
  private interface Call<T> {
    T on(NacosAddress address) throws NacosReadException, IOException;
  }

  private <T> T onAnyServer(String what, Call<T> call) throws NacosReadException {
    int first = preferred;
    IOException last = null;
    long begin = System.nanoTime();
    for (int i = 0; i < 2 * addresses.size(); i++) {
      if (i == addresses.size() && System.nanoTime() - begin > QUICK_FAILURE.toNanos()) {
        break;
      }
      int index = (first + i) % addresses.size();
      try {
        T result = call.on(addresses.get(index));
        preferred = index;
        return result;
      } catch (IOException e) {
        interruptions.incrementAndGet();
        // Whatever broke one connection most likely broke all of them, and each would fail a call.
        connections.closeIdle(TimeValue.ZERO_MILLISECONDS);
        if (last != null) {
          e.addSuppressed(last);
        }
        last = e;
      }
    }
    throw new NacosReadException(
        Fault.UNREACHABLE,
        what
            + ": Nacos at "
            + addresses.stream().map(NacosAddress::toString).collect(Collectors.joining(", "))
            + " does not answer: "
            + Causes.advised(
                last == null ? "no address" : shown(Causes.of(last)),
                "a running server; check addresses and network"),
        last);
  }

  /** Makes sure that the login has a token, where one is configured. */
  public void logIn() throws NacosReadException {
    if (login.isConfigured()) {
      onAnyServer("login", address -> login.token(http, address));
    }
  }

  private <T> GetResult<T> getFrom(
      NacosAddress address, String what, Question<T> question, Map<String, String> query)
      throws NacosReadException, IOException {
    Optional<String> token = login.token(http, address);
    Reply<T> reply = send(address, question, query, token);
    if (reply.forbidden() && token.isPresent()) {
      // Expired early, or signed by a server that has restarted with another key.
      login.refused(token.get());
      reply = send(address, question, query, login.token(http, address));
    }
    return interpret(address, what, question, reply);
  }

  /** A server's response: the answer if it is one, else the first part of the text. */
  private record Reply<T>(int status, @Nullable Envelope<T> answer, String text) {
    boolean forbidden() {
      return status == 401 || status == 403;
    }
  }

  private <T> Reply<T> send(
      NacosAddress address, Question<T> question, Map<String, String> query, Optional<String> token)
      throws NacosReadException, IOException {
    Map<String, String> all = new HashMap<>(query);
    all.putAll(login.signature(resource(query)));
    String text =
        all.entrySet().stream()
            .map(part -> part.getKey() + "=" + encode(part.getValue()))
            .collect(Collectors.joining("&"));
    HttpGet get =
        new HttpGet(address + contextPath + question.path + (text.isEmpty() ? "" : "?" + text));
    if (question.large) {
      get.setConfig(requests(LARGE_ANSWER));
    }
    token.ifPresent(
        it -> {
          get.setHeader("accessToken", it);
          // The only header that servers up to 2.1 look for it in.
          get.setHeader("Authorization", "Bearer " + it);
        });
    return http.execute(get, response -> read(address, response, question.decoder));
  }

  /** Returns what a GET is about as an access key signs it. */
  private static String resource(Map<String, String> query) {
    String service = query.getOrDefault("serviceName", "");
    String group = query.getOrDefault("groupName", "");
    return group.isEmpty() ? service : group + "@@" + service;
  }

  private <T> Reply<T> read(NacosAddress address, ClassicHttpResponse response, Decoder<T> decoder)
      throws IOException {
    int status = response.getCode();
    if (response.getEntity() == null) {
      return new Reply<>(status, null, "");
    }
    if (status == 200) {
      try (InputStream body = new TimedBody(response.getEntity().getContent(), WHOLE_ANSWER)) {
        return new Reply<>(status, decoder.decode(body), "");
      } catch (JsonProcessingException e) {
        throw new NacosServerException(address + " answers with something else than Nacos' JSON");
      }
    }
    try (InputStream body = new TimedBody(response.getEntity().getContent(), WHOLE_ANSWER)) {
      String text = new String(body.readNBytes(MAX_ERROR), StandardCharsets.UTF_8);
      if (body.read() >= 0) {
        throw new NacosServerException(
            address + " answers " + Causes.ofStatus(status, shown(text)));
      }
      return new Reply<>(status, null, text);
    }
  }

  private <T> GetResult<T> interpret(
      NacosAddress address, String what, Question<T> question, Reply<T> reply)
      throws NacosReadException, IOException {
    if (reply.forbidden()) {
      throw new NacosReadException(
          Fault.NOT_PERMITTED,
          what
              + ": "
              + address
              + " answers "
              + reply.status
              + " (expected: "
              + login.expectation()
              + ")",
          null);
    }
    if (reply.status == 200) {
      Envelope<T> answer = reply.answer;
      if (answer == null || answer.code() == null || answer.code() != 0 || answer.data() == null) {
        throw malformed(address, what, answer == null ? reply.text : words(answer));
      }
      return new GetResult.Data<>(answer.data());
    }
    if (question.notFound.isSaidBy(reply.status, reply.text)) {
      return new GetResult.Absent<>(reply.text);
    }
    if (reply.status == 404 || reply.status == 405 || reply.status == 410 || reply.status == 501) {
      throw new NacosReadException(
          Fault.UNSUPPORTED,
          what
              + ": "
              + address
              + " answers "
              + reply.status
              + " (expected: a server that has "
              + contextPath
              + question.path
              + ")",
          null);
    }
    if (reply.status >= 500 || reply.status == 429) {
      throw new NacosServerException(
          address + " answers " + Causes.ofStatus(reply.status, shown(reply.text)));
    }
    throw malformed(address, what, Causes.ofStatus(reply.status, shown(reply.text)));
  }

  private static String words(Envelope<?> answer) {
    return "code "
        + answer.code()
        + (answer.message() == null ? "" : ", " + answer.message())
        + (answer.data() == null ? ", without data" : "");
  }

  private NacosReadException malformed(NacosAddress address, String what, String got) {
    return new NacosReadException(
        Fault.MALFORMED,
        what + ": " + address + " answers " + Causes.advised(shown(got), "Nacos' JSON, code 0"),
        null);
  }

  /** Returns a text from outside fit to be shown: see {@link NacosLogin#shown}. */
  public String shown(String text) {
    return login.shown(text.strip().replaceAll("\\s+", " "));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    http.close(CloseMode.IMMEDIATE);
  }
}
