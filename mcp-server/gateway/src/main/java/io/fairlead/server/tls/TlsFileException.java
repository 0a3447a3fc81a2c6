package io.fairlead.server.tls;

import org.jspecify.annotations.Nullable;

/** The failure to use a certificate or a key; the message says which file, why, and what to do. */
public final class TlsFileException extends Exception {
  private static final long serialVersionUID = 1;

  private final String key;

  TlsFileException(String key, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.key = key;
  }

  /** Returns the configuration key of the file, below that of the listener. */
  public String key() {
    return key;
  }
}
