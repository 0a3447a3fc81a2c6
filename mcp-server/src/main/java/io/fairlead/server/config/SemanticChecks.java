package io.fairlead.server.config;

/** Checks of a bound configuration that concern more than one value. */
final class SemanticChecks {
  private SemanticChecks() {}

  /** Reports what does not go together. */
  static void check(GatewayConfig config, Problems problems) {
    HostPort xds = config.xds().address();
    HostPort admin = config.admin().address();
    if (admin.port() != 0 && admin.port() == xds.port()) {
      problems.atValue("admin.address", admin + " (expected: another port than xds.address)");
    }
  }
}
