package io.fairlead.nacos;

import org.jspecify.annotations.Nullable;

/** The failure of a read of Nacos; the message names the address and what the operator can do. */
public final class NacosReadException extends Exception {
  private static final long serialVersionUID = 1;

  /** The reason of the failure. */
  public enum Fault {
    /** No connection, no answer in time, or an error within the server. */
    UNREACHABLE,
    /** The login was refused. */
    LOGIN_REFUSED,
    /** Logged in or anonymous, but without the right. */
    NOT_PERMITTED,
    /** The server does not have this API. */
    UNSUPPORTED,
    /** An answer that is not what the API gives, or not all of it. */
    MALFORMED,
    /** The configuration asks for what the registry does not have. */
    MISCONFIGURED
  }

  private final Fault fault;

  /** Creates one of a kind. */
  public NacosReadException(Fault fault, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.fault = fault;
  }

  /** Returns the reason. */
  public Fault fault() {
    return fault;
  }
}
