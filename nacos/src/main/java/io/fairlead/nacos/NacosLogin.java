package io.fairlead.nacos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.fairlead.common.ForeignText;
import io.fairlead.nacos.NacosReadException.Fault;
import io.fairlead.registry.Secret;
import io.fairlead.registry.SecretUnavailableException;
import io.fairlead.registry.support.FailoverHttpClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The login of one registry, shared by its HTTP calls and its pushed connections: a token, fetched
 * when there is none, renewed before it expires and whenever it was refused; or the signature of an
 * access key. User name, password and key are read anew each time. Thread-safe; one thread at a
 * time logs in, the others wait for it.
 */
public final class NacosLogin {
  // A token is renewed when a tenth of its life is left, as the vendor's client does.
  private static final double USED_SHARE = 0.9;
  // In seconds, where the server does not say.
  private static final long DEFAULT_LIFE = 3600;
  // A wrong password is not tried again for each of many calls, since servers lock users out.
  private static final Duration PAUSE_AFTER_REFUSAL = Duration.ofSeconds(2);
  // A call under way may carry the previous token, and its answer may arrive late.
  private static final int MAX_SECRETS = 8;

  private final @Nullable Secret username;
  private final @Nullable Secret password;
  private final @Nullable AccessKey accessKey;
  private final String contextPath;
  private final LongSupplier nanoTime;

  // Guarded by "this".
  private @Nullable Token token;
  private @Nullable Refusal refusal;
  // Passwords and tokens that were used and must never be shown, the newest last.
  private final Deque<String> secrets = new ArrayDeque<>();

  /** A token and the time at which it is renewed, in {@link System#nanoTime()}. */
  private record Token(String text, long renewAt) {}

  private record Refusal(NacosReadException problem, long until) {}

  public NacosLogin(
      @Nullable Secret username,
      @Nullable Secret password,
      @Nullable AccessKey accessKey,
      String contextPath,
      LongSupplier nanoTime) {
    this.username = username;
    this.password = password;
    this.accessKey = accessKey;
    this.contextPath = contextPath;
    this.nanoTime = nanoTime;
  }

  /**
   * Returns a text from outside, such as a server's answer, fit to be shown: one short line without
   * password, token or the user of an address.
   */
  public synchronized String shown(String text) {
    return ForeignText.clean(ForeignText.address(ForeignText.masked(text, secrets)));
  }

  private void keepSecret(String secret) {
    if (!secrets.contains(secret)) {
      secrets.add(secret);
    }
    if (secrets.size() > MAX_SECRETS) {
      secrets.remove();
    }
  }

  /** Whether a user name and a password are configured. */
  public boolean isConfigured() {
    return username != null && password != null;
  }

  /** Returns what a server expects that refused a call, for messages. */
  String expectation() {
    if (accessKey != null) {
      return "an access key that may read the namespace";
    }
    return isConfigured()
        ? "the configured user has the right r on the namespace"
        : "username and password of a user with the right r on the namespace";
  }

  /**
   * Returns the parameters that calls over pushed connections carry at present, without waiting for
   * a token.
   *
   * @param resource as {@link #signature} takes it
   */
  public synchronized Map<String, String> present(String resource) throws NacosReadException {
    Map<String, String> parameters = new HashMap<>(signature(resource));
    if (token != null) {
      parameters.put("accessToken", token.text);
    }
    return parameters;
  }

  /**
   * Returns the parameters that sign a call with the access key; none where none is configured.
   *
   * @param resource the service with its group before {@code @@}; empty for what concerns none
   */
  synchronized Map<String, String> signature(String resource) throws NacosReadException {
    if (accessKey == null) {
      return Map.of();
    }
    try {
      return accessKey.parameters(resource, this::keepSecret);
    } catch (SecretUnavailableException e) {
      throw new NacosReadException(Fault.LOGIN_REFUSED, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Returns the token for a call; logs in at that server if there is none or it is about to expire.
   *
   * @return empty where no login is configured
   * @throws IOException if the server could not be reached
   */
  synchronized Optional<String> token(FailoverHttpClient http, NacosAddress address)
      throws NacosReadException, IOException {
    if (username == null || password == null) {
      return Optional.empty();
    }
    if (token == null || nanoTime.getAsLong() - token.renewAt >= 0) {
      token = logIn(http, address, username, password);
    }
    return Optional.of(token.text);
  }

  /** Drops a token that a server refused, unless another one has replaced it. */
  synchronized void refused(String text) {
    if (token != null && token.text.equals(text)) {
      token = null;
    }
  }

  private Token logIn(
      FailoverHttpClient http, NacosAddress address, Secret nameSecret, Secret passwordSecret)
      throws NacosReadException, IOException {
    if (refusal != null && nanoTime.getAsLong() - refusal.until < 0) {
      throw refusal.problem;
    }
    refusal = null;
    String name;
    String secret;
    try {
      name = nameSecret.read();
      secret = passwordSecret.read();
      keepSecret(secret);
    } catch (SecretUnavailableException e) {
      throw refuse(String.valueOf(e.getMessage()), e);
    }
    Reply reply = post(http, address, "/v3/auth/user/login", name, secret);
    if (reply.status == 404 || reply.status == 405 || reply.status == 410 || reply.status == 501) {
      // Servers before 3.0 have the same answer at another path.
      reply = post(http, address, "/v1/auth/users/login", name, secret);
    }
    if (reply.status == 502 || reply.status == 503 || reply.status == 504) {
      throw new NacosServerException("login: " + address + " answers " + reply.status);
    }
    JsonNode answer = reply.status == 200 ? json(reply.body) : MissingNode.getInstance();
    String issued = answer.path("accessToken").asText();
    if (issued.isEmpty()) {
      // 3.1.0 answers 500 to a wrong password, later ones 403.
      throw refuse(
          "login of user "
              + ForeignText.clean(name)
              + " at "
              + address
              + " was refused with "
              + reply.status
              + " (expected: a user name and password that Nacos knows)",
          null);
    }
    keepSecret(issued);
    // A lifetime of 0 means that the server did not say.
    long seconds = answer.path("tokenTtl").asLong();
    long life = Duration.ofSeconds(seconds > 0 ? seconds : DEFAULT_LIFE).toNanos();
    return new Token(issued, nanoTime.getAsLong() + (long) (life * USED_SHARE));
  }

  private static JsonNode json(String body) {
    try {
      return NacosJson.MAPPER.readTree(body);
    } catch (JsonProcessingException e) {
      // As from a proxy: the parser's message would say less than the refusal does.
      return MissingNode.getInstance();
    }
  }

  private NacosReadException refuse(String message, @Nullable Throwable cause) {
    NacosReadException problem = new NacosReadException(Fault.LOGIN_REFUSED, message, cause);
    refusal = new Refusal(problem, nanoTime.getAsLong() + PAUSE_AFTER_REFUSAL.toNanos());
    return problem;
  }

  private record Reply(int status, String body) {}

  private Reply post(
      FailoverHttpClient http, NacosAddress address, String path, String name, String secret)
      throws IOException {
    return http.post(
        address + contextPath + path,
        Map.of("username", name, "password", secret),
        answer -> new Reply(answer.status(), answer.text()));
  }
}
