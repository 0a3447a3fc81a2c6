package io.fairlead.registry.consul;

import io.fairlead.common.KeyedRecord;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Builds configurations for tests; what is not said is the default. */
final class Configurations {
  private final Map<String, Object> values = new HashMap<>();

  static Configurations at(URI... addresses) {
    return new Configurations().with("addresses", List.of(addresses));
  }

  private Configurations with(String key, Object value) {
    values.put(key, value);
    return this;
  }

  Configurations token(Secret value) {
    return with("token", value);
  }

  Configurations datacenter(String value) {
    return with("datacenter", value);
  }

  Configurations ca(Path file) {
    return with("tls", new TlsFiles(file, null, null));
  }

  Configurations maxConnections(int value) {
    return with("maxConnections", value);
  }

  Configurations maxWait(Duration value) {
    return with("maxWait", value);
  }

  Configurations clientCertificate(Path ca, Path certificate, Path key) {
    return with("tls", new TlsFiles(ca, certificate, key));
  }

  Configurations consulNamespace(String value) {
    return with("consulNamespace", value);
  }

  Configurations partition(String value) {
    return with("partition", value);
  }

  Configurations consistency(Consistency value) {
    return with("consistency", value);
  }

  Configurations tags(String... values) {
    return with("tags", List.of(values));
  }

  Configurations filter(String value) {
    return with("filter", value);
  }

  Configurations proxies(Proxies value) {
    return with("proxies", value);
  }

  Configurations address(AddressChoice value) {
    return with("address", value);
  }

  Configurations probeRate(int value) {
    return with("probeRate", value);
  }

  Configurations sweepRate(int value) {
    return with("sweepRate", value);
  }

  Configurations settle(Duration value) {
    return with("settle", value);
  }

  Configurations taggedAddress(String value) {
    return with("taggedAddress", value);
  }

  Configurations aclFiltering(AclFiltering value) {
    return with("aclFiltering", value);
  }

  ConsulConfiguration build() {
    return KeyedRecord.of(ConsulConfiguration.class).with(values);
  }
}
