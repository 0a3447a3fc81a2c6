package io.fairlead.server.xds;

import java.util.Locale;

/** A rule of a TLS listener about the certificates of its clients. */
public enum ClientAuth {
  /** They are not asked for one. */
  NONE,
  /** They are asked; one that is shown has to be trusted. */
  OPTIONAL,
  /** Who shows no trusted one is refused. */
  REQUIRE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
