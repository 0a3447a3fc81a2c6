package io.fairlead.server;

import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.HostPort;
import io.fairlead.server.xds.XdsLimits;
import io.fairlead.server.xds.XdsOptions;

/** What the configuration says of the discovery service, as the service takes it. */
final class XdsSettings {
  private XdsSettings() {}

  static XdsOptions of(GatewayConfig.Xds xds) {
    XdsOptions options = XdsOptions.of(xds.address().toSocketAddress());
    GatewayConfig.Shards shards = xds.shards();
    if (shards != null) {
      options =
          options.withShards(
              shards.ports().stream()
                  .map(port -> xds.address().withPort(port).toSocketAddress())
                  .toList());
    }
    HostPort incremental = xds.incremental();
    if (incremental != null) {
      options = options.withIncremental(incremental.toSocketAddress());
    }
    GatewayConfig.Limits limits = xds.limits();
    return options.withLimits(
        new XdsLimits(
            limits.ackTimeout(),
            limits.requestTimeout(),
            limits.streams(),
            limits.streamsPerConnection(),
            limits.streamsPerAddress(),
            limits.requestBytes(),
            limits.requestsPerSecond(),
            limits.types(),
            limits.names(),
            limits.bytesPerConnection(),
            limits.bytesPerAddress(),
            limits.bytes(),
            xds.maxConnectionAge()));
  }
}
