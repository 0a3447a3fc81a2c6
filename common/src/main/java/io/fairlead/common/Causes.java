package io.fairlead.common;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The causes of failures in plain words, for problems, log lines and errors of commands: without
 * names of Java classes and without repetitions. Stateless.
 */
public final class Causes {
  private static final int MAX_DEPTH = 20;
  // The prefix that Throwable.toString() puts before a message.
  private static final Pattern CLASS_NAME =
      Pattern.compile("(?:[a-z_][\\w$]*\\.)+[A-Z][\\w$]*(?:: ?)?");
  private static final Pattern SIMPLE_NAME =
      Pattern.compile("\\b[A-Z][A-Za-z0-9$]*(?:Exception|Error)(?:: ?|\\b)");

  private static final String CLOSED = "the server closed the connection without an answer";
  private static final List<String> CLOSED_TEXTS =
      List.of(
          "received no bytes",
          "connection was closed",
          "eof reached while reading",
          "failed to respond");
  private static final List<String> PLAIN_AT_TLS =
      List.of("http request to an https server", "requires tls", "http request was sent to https");

  private Causes() {}

  /**
   * Returns the cause of a failure, as far as it is known: "connection refused", "the server's
   * certificate is not trusted". One line, without an end mark; what came from outside is cleaned,
   * not masked.
   */
  public static String of(Throwable failure) {
    List<Throwable> chain = chain(failure);
    for (Throwable each : chain) {
      Optional<String> known = known(each, chain);
      if (known.isPresent()) {
        return known.get();
      }
    }
    return innermostMessage(chain);
  }

  /**
   * Returns what a status that is not the expected one means.
   *
   * @param body what came with it; only its beginning is shown
   */
  public static String ofStatus(int status, String body) {
    String lower = body.substring(0, Math.min(1000, body.length())).toLowerCase(Locale.ROOT);
    if (status == 400 && PLAIN_AT_TLS.stream().anyMatch(lower::contains)) {
      return "plain HTTP at a TLS port (expected: https://)";
    }
    String text = ForeignText.clean(body.strip().replaceAll("\\s+", " "), 200);
    return "HTTP status " + status + (text.isEmpty() ? "" : ": " + text);
  }

  /** Returns a cause with what to do about it, unless the cause says that itself. */
  public static String advised(String cause, String expected) {
    return cause.contains("(expected: ") ? cause : cause + " (expected: " + expected + ")";
  }

  private static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable each = failure;
        each != null && chain.size() < MAX_DEPTH && !chain.contains(each);
        each = each.getCause()) {
      chain.add(each);
    }
    return chain;
  }

  private static Optional<String> known(Throwable failure, List<Throwable> chain) {
    String message = text(failure);
    String lower = message.toLowerCase(Locale.ROOT);
    if (failure instanceof SSLException || isNamed(failure, "NotSslRecordException")) {
      return Optional.of(tls(chain));
    }
    if (failure instanceof UnknownHostException) {
      return Optional.of(unknownHost(message));
    }
    if (failure instanceof UnresolvedAddressException) {
      return Optional.of("unknown host");
    }
    if (failure instanceof NoRouteToHostException) {
      return Optional.of("no route to the host");
    }
    if (failure instanceof HttpTimeoutException
        || failure instanceof SocketTimeoutException
        || failure instanceof TimeoutException
        || isNamed(failure, "ConnectTimeoutException")
        || isNamed(failure, "ReadTimeoutException")) {
      return Optional.of("no answer in time");
    }
    // By its text: of a native transport it is no BindException.
    if (lower.contains("address already in use")) {
      return Optional.of("address already in use");
    }
    if (lower.contains("cannot assign requested address")) {
      return Optional.of("no address of this machine");
    }
    if (failure instanceof ConnectException) {
      return connect(lower, chain);
    }
    if (lower.contains("invalid status line") || lower.contains("invalid version format")) {
      // A TLS server does not answer plain HTTP with HTTP.
      return Optional.of("no HTTP answer, as from plain HTTP at a TLS port (expected: https://)");
    }
    if (CLOSED_TEXTS.stream().anyMatch(lower::contains)) {
      return Optional.of(CLOSED);
    }
    if (failure instanceof IOException) {
      return io(failure, lower);
    }
    return failure instanceof SecurityException ? Optional.of("not allowed") : Optional.empty();
  }

  private static String unknownHost(String message) {
    String host = message.contains(":") ? message.substring(0, message.indexOf(':')) : message;
    // Some say a sentence.
    return host.isEmpty() || host.contains(" ")
        ? "unknown host"
        : "unknown host " + ForeignText.clean(host);
  }

  private static Optional<String> connect(String lower, List<Throwable> chain) {
    if (chain.stream().anyMatch(UnresolvedAddressException.class::isInstance)) {
      return Optional.of("unknown host");
    }
    if (lower.contains("timed out")) {
      return Optional.of("no answer in time");
    }
    if (lower.contains("unreachable")) {
      return Optional.of("the network is not reachable");
    }
    // Some clients lose the text on the way; it is what it nearly always is.
    return lower.isEmpty() || lower.contains("refused")
        ? Optional.of("connection refused")
        : Optional.empty();
  }

  private static String tls(List<Throwable> chain) {
    // Which of the wrappers has the words differs between the JDK and the libraries.
    String lower =
        chain.stream()
            .map(each -> text(each).toLowerCase(Locale.ROOT))
            .collect(Collectors.joining("\n"));
    if (has(chain, CertificateExpiredException.class::isInstance)) {
      return "the server's certificate has expired";
    }
    if (has(chain, CertificateNotYetValidException.class::isInstance)) {
      return "the server's certificate is not valid yet";
    }
    if (has(chain, CertPathBuilderException.class::isInstance)
        || lower.contains("certification path")
        || lower.contains("unknown_ca")) {
      return "the server's certificate is not trusted (expected: one of the configured CA)";
    }
    if (has(
        chain,
        each ->
            text(each).contains("No subject alternative")
                || text(each).contains("No name matching"))) {
      return "the server's certificate is for another name";
    }
    if (has(chain, CertPathValidatorException.class::isInstance)) {
      return "the server's certificate is not valid";
    }
    if (lower.contains("not an ssl/tls record") || lower.contains("unrecognized ssl message")) {
      return "TLS at a plain HTTP port (expected: http://, or the port for TLS)";
    }
    if (lower.contains("bad_certificate")
        || lower.contains("certificate_required")
        || lower.contains("certificate_unknown")) {
      return "the server refuses the client's certificate, or misses one";
    }
    if (lower.contains("protocol_version") || lower.contains("no appropriate protocol")) {
      return "the server speaks no TLS version in common with this one";
    }
    if (lower.contains("closed") || lower.contains("terminated")) {
      return "the server closed the connection while TLS was being agreed on";
    }
    return "TLS could not be agreed on"
        + (lower.isBlank() ? "" : ": " + ForeignText.clean(plain(innermost(chain))));
  }

  private static Optional<String> io(Throwable failure, String lower) {
    if (failure instanceof NoSuchFileException || failure instanceof FileNotFoundException) {
      return Optional.of("no such file");
    }
    if (failure instanceof AccessDeniedException) {
      return Optional.of("no permission");
    }
    if (failure instanceof NotDirectoryException) {
      return Optional.of("not a folder");
    }
    if (failure instanceof FileSystemException file) {
      String reason = file.getReason();
      return Optional.of(
          reason == null ? "the file system refuses it" : ForeignText.clean(reason.strip()));
    }
    if (failure instanceof CharacterCodingException) {
      return Optional.of("not UTF-8");
    }
    if (lower.contains("connection reset") || lower.contains("broken pipe")) {
      return Optional.of("connection reset");
    }
    return failure instanceof EOFException || failure instanceof ClosedChannelException
        ? Optional.of(CLOSED)
        : Optional.empty();
  }

  private static boolean has(List<Throwable> chain, Predicate<Throwable> test) {
    return chain.stream().anyMatch(test);
  }

  // Of libraries that this module does not know.
  private static boolean isNamed(Throwable failure, String simpleName) {
    return failure.getClass().getSimpleName().equals(simpleName);
  }

  private static String text(Throwable failure) {
    @Nullable String message = failure.getMessage();
    return message == null ? "" : message;
  }

  private static String innermost(List<Throwable> chain) {
    for (int i = chain.size() - 1; i >= 0; i--) {
      String message = text(chain.get(i));
      if (!message.isBlank()) {
        return message;
      }
    }
    return "";
  }

  // Wrappers repeat what they wrap; the first text that is more than that is the best told.
  private static String innermostMessage(List<Throwable> chain) {
    for (int i = 0; i < chain.size(); i++) {
      String message = text(chain.get(i));
      boolean repeats = i + 1 < chain.size() && message.equals(chain.get(i + 1).toString());
      String words = plain(message);
      if (!repeats && !words.isBlank()) {
        return ForeignText.clean(words);
      }
    }
    return "an error without a text inside this program; its log has more";
  }

  private static String plain(String message) {
    return SIMPLE_NAME.matcher(CLASS_NAME.matcher(message).replaceAll("")).replaceAll("").strip();
  }
}
