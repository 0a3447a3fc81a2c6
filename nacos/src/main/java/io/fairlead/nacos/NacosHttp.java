package io.fairlead.nacos;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.fairlead.common.Causes;
import io.fairlead.nacos.NacosJson.Envelope;
import io.fairlead.nacos.NacosReadException.Fault;
import io.fairlead.registry.TlsFiles;
import io.fairlead.registry.support.FailoverHttpClient;
import io.fairlead.registry.support.FailoverHttpClient.Answer;
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
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client of one Nacos cluster for reads: it asks the server that answered last, the others
 * in turn when that one does not answer, with the login's token. Thread-safe; calls block.
 */
public final class NacosHttp implements AutoCloseable {
  // A server that hangs is to be left soon. What it is asked each second takes it 0.3 s at most.
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  // A whole read of 100,000 instances takes a busy server seconds before its first byte.
  private static final Duration LARGE_PATIENCE = Duration.ofSeconds(30);
  // Less than that.
  private static final Duration LISTENING = Duration.ofSeconds(20);

  private final List<NacosAddress> addresses;
  private final String contextPath;
  private final NacosLogin login;
  private final FailoverHttpClient http;

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
    if (tls != null) {
      check(tls);
    }
    this.http = new FailoverHttpClient(addresses.size(), PATIENCE, tls);
  }

  private static void check(TlsFiles tls) throws NacosReadException {
    try {
      SSLContext unused = TlsContexts.of(tls);
    } catch (IOException e) {
      throw new NacosReadException(Fault.MISCONFIGURED, String.valueOf(e.getMessage()), e);
    }
  }

  /** Returns how often a server did not answer so far. */
  public long interruptions() {
    return http.failures();
  }

  /** Returns the server that is asked first, for messages. */
  public NacosAddress address() {
    return addresses.get(http.preferred());
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

  /** A way to ask. */
  public enum Verb {
    /** A GET, whose parameters are a query. */
    GET,
    /** A POST of a form, whose answer waits for a change for 20 s at most. */
    LISTEN
  }

  /**
   * A kind of question.
   *
   * @param verb the way to ask
   * @param path below the context path
   * @param decoder of an answer with status 200
   * @param notFound of any other one
   * @param large whether its answer takes its time, as that of a whole registry
   */
  public record Question<T>(
      Verb verb, String path, Decoder<T> decoder, NotFound notFound, boolean large) {
    /** Creates the one of a GET with a short answer. */
    public Question(String path, Decoder<T> decoder, NotFound notFound) {
      this(Verb.GET, path, decoder, notFound, false);
    }

    /** Returns it with another decoder. */
    public <S> Question<S> with(Decoder<S> other) {
      return new Question<>(verb, path, other, notFound, large);
    }

    /** Returns it as one whose answer takes its time. */
    public Question<T> asLarge() {
      return new Question<>(verb, path, decoder, notFound, true);
    }
  }

  /**
   * Asks once.
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
    try {
      return http.call(server -> call.on(addresses.get(server)));
    } catch (IOException e) {
      throw new NacosReadException(
          Fault.UNREACHABLE,
          what
              + ": Nacos at "
              + addresses.stream().map(NacosAddress::toString).collect(Collectors.joining(", "))
              + " does not answer: "
              + Causes.advised(
                  shown(Causes.of(e)), "a running server; check addresses and network"),
          e);
    }
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
    Map<String, String> headers = new HashMap<>();
    headers.put("Accept-Encoding", "gzip");
    token.ifPresent(
        it -> {
          headers.put("accessToken", it);
          // The only header that servers up to 2.1 look for it in.
          headers.put("Authorization", "Bearer " + it);
        });
    String uri = address + contextPath + question.path;
    Duration patience = question.large ? LARGE_PATIENCE : PATIENCE;
    if (question.verb == Verb.LISTEN) {
      headers.put("Long-Pulling-Timeout", Long.toString(LISTENING.toMillis()));
      return http.post(
          uri, headers, all, patience, answer -> read(address, answer, question.decoder));
    }
    String text =
        all.entrySet().stream()
            .map(part -> part.getKey() + "=" + encode(part.getValue()))
            .collect(Collectors.joining("&"));
    return http.get(
        uri + (text.isEmpty() ? "" : "?" + text),
        headers,
        patience,
        answer -> read(address, answer, question.decoder));
  }

  /** Returns what a GET is about as an access key signs it. */
  private static String resource(Map<String, String> query) {
    String service = query.getOrDefault("serviceName", "");
    String group = query.getOrDefault("groupName", "");
    return group.isEmpty() ? service : group + "@@" + service;
  }

  private static <T> Reply<T> read(NacosAddress address, Answer answer, Decoder<T> decoder)
      throws IOException {
    if (answer.status() != 200) {
      return new Reply<>(answer.status(), null, answer.text());
    }
    try {
      return new Reply<>(200, decoder.decode(answer.unpacked()), "");
    } catch (JsonProcessingException e) {
      throw new NacosServerException(address + " answers with something else than Nacos' JSON");
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
    http.close();
  }
}
