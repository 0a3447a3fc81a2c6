package io.fairlead.registry.consul;

import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds configurations for tests; what is not said is the default. */
final class Configurations {
  private final List<URI> addresses;
  private @Nullable Secret token;
  private @Nullable String datacenter;
  private @Nullable TlsFiles tls;
  private @Nullable Integer maxConnections;
  private @Nullable Duration maxWait;
  private @Nullable Integer sweepRate;
  private @Nullable Duration settle;
  private @Nullable String taggedAddress;
  private @Nullable AclFiltering aclFiltering;

  private Configurations(List<URI> addresses) {
    this.addresses = addresses;
  }

  static Configurations at(URI... addresses) {
    return new Configurations(List.of(addresses));
  }

  Configurations token(Secret value) {
    token = value;
    return this;
  }

  Configurations datacenter(String value) {
    datacenter = value;
    return this;
  }

  Configurations ca(Path file) {
    tls = new TlsFiles(file, null, null);
    return this;
  }

  Configurations maxConnections(int value) {
    maxConnections = value;
    return this;
  }

  Configurations maxWait(Duration value) {
    maxWait = value;
    return this;
  }

  Configurations sweepRate(int value) {
    sweepRate = value;
    return this;
  }

  Configurations settle(Duration value) {
    settle = value;
    return this;
  }

  Configurations taggedAddress(String value) {
    taggedAddress = value;
    return this;
  }

  Configurations aclFiltering(AclFiltering value) {
    aclFiltering = value;
    return this;
  }

  ConsulConfiguration build() {
    return new ConsulConfiguration(
        addresses,
        token,
        datacenter,
        null,
        null,
        tls,
        maxConnections,
        maxWait,
        sweepRate,
        settle,
        taggedAddress,
        aclFiltering);
  }
}
