package io.fairlead.server.xds;

import java.time.Instant;
import java.util.Locale;

/**
 * A client that was turned away before it was served, or cut off, as the admin API shows it.
 *
 * @param address its network address without the port
 * @param port the local port that it came to
 * @param node the node id that it gave, empty before its first request
 * @param revision the Istio revision that it asked for, empty if none
 * @param reason why, as a word
 * @param explanation why, and what to do, in a sentence
 * @param first when it was turned away first
 * @param last when it was turned away last
 * @param times how often since then
 */
public record DeniedClient(
    String address,
    int port,
    String node,
    String revision,
    Reason reason,
    String explanation,
    Instant first,
    Instant last,
    long times) {

  /** The reason for turning a client away. */
  public enum Reason {
    /** It may not have the revision. */
    NOT_AUTHORIZED,
    /** It exceeded a bound for clients, or did not answer in time, and was cut off. */
    LIMIT,
    /** It spoke plaintext at a port for TLS. */
    PLAINTEXT,
    /** It showed no certificate where one is needed. */
    NO_CERTIFICATE,
    /** Its certificate is not one of the trusted. */
    CERTIFICATE,
    /** It does not take the gateway's certificate. */
    REFUSED_BY_CLIENT,
    /** It speaks no version of TLS, or no cipher suite, in common with the gateway. */
    PROTOCOL,
    /** It did not end its handshake in time. */
    TIMEOUT,
    /** Its handshake failed for something else. */
    HANDSHAKE;

    /** Returns the value of the label {@code reason}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  DeniedClient again(String newest, Instant now) {
    return new DeniedClient(address, port, node, revision, reason, newest, first, now, times + 1);
  }
}
