package io.fairlead.server.xds;

import java.time.Duration;

/** Limits for tests, also below what a configuration may say, so that tests are quick. */
final class GivenLimits {
  private GivenLimits() {}

  /** These limits, and otherwise the defaults. */
  static XdsLimits of(Duration ackTimeout, int streams, int requestBytes, int requestsPerSecond) {
    XdsLimits others = XdsLimits.DEFAULT;
    return new XdsLimits(
        ackTimeout,
        others.requestTimeout(),
        streams,
        others.streamsPerConnection(),
        others.streamsPerAddress(),
        requestBytes,
        requestsPerSecond,
        others.types(),
        others.names(),
        others.bytesPerConnection(),
        others.bytesPerAddress(),
        others.bytes());
  }
}
