package io.fairlead.server.xds;

import java.util.Locale;

/** A rule of a TLS listener about the certificates of its clients. */
public enum ClientAuth {
  /** No certificate is asked for. */
  NONE,
  /** A certificate is asked for; one that is shown has to be trusted. */
  OPTIONAL,
  /** A trusted certificate is needed; a client without one is refused. */
  REQUIRE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
