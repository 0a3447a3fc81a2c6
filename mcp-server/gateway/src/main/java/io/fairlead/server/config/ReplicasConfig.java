package io.fairlead.server.config;

import io.fairlead.common.Key;
import io.fairlead.registry.TlsFiles;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The other gateways behind the same Service, which every action of an operator has to reach. */
public record ReplicasConfig(
    @Key(
            value =
                "the admin addresses of all replicas; that of this one may be among them and is"
                    + " recognised",
            defaultValue = {},
            expected = "http://HOST:PORT or https://HOST:PORT")
        List<URI> addresses,
    @Key(
            value =
                "a name that resolves to the addresses of all replicas, such as a headless"
                    + " Service; instead of addresses, or besides",
            pattern = "^[A-Za-z0-9]([A-Za-z0-9.-]{0,252})$",
            expected = "a DNS name")
        @Nullable String dns,
    @Key(
            value = "the port of their admin API, for dns",
            defaultValue = "15014",
            min = "1",
            max = "65535")
        int port,
    @Key("the files for TLS towards them; with dns they are called over https then")
        @Nullable TlsFiles tls) {
  public ReplicasConfig {
    addresses = List.copyOf(addresses);
    if (addresses.isEmpty() && dns == null) {
      throw new IllegalArgumentException("addresses: missing (expected: addresses or dns)");
    }
    for (URI address : addresses) {
      if (!Set.of("http", "https").contains(String.valueOf(address.getScheme()))
          || address.getHost() == null
          || address.getUserInfo() != null
          || !Set.of("", "/").contains(String.valueOf(address.getPath()))) {
        throw new IllegalArgumentException(
            "addresses: " + address + " (expected: http://HOST:PORT or https://HOST:PORT)");
      }
    }
  }
}
