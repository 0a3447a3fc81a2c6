package io.fairlead.registry.eureka;

import io.fairlead.common.ForeignText;
import io.fairlead.common.Key;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Configuration of one Eureka registry. */
public record EurekaConfiguration(
    @Key(
            value =
                "servers of one Eureka with their path, as its clients are given them; the first"
                    + " that answers is asked, the others stand in for it",
            defaultValue = "http://127.0.0.1:8761/eureka",
            pattern = "^[hH][tT][tT][pP][sS]?://[^/?#@]+(/[^?#]*)?$",
            expected = "http://HOST:PORT/PATH or https://HOST:PORT/PATH")
        List<URI> addresses,
    @Key("a user, for servers that ask for basic authentication") @Nullable Secret username,
    @Key("that user's password, read anew for each request") @Nullable Secret password,
    @Key("files for https addresses, read anew after a lost connection") @Nullable TlsFiles tls,
    @Key(
            value =
                "remote regions to mirror beside the servers' own, by the names that the servers"
                    + " know them by",
            defaultValue = {})
        List<String> regions,
    @Key(
            value =
                "what is an instance's address: IP is what it registered as ipAddr, HOST_NAME its"
                    + " hostName",
            defaultValue = "IP")
        AddressKind address,
    @Key(
            "use the secure port, with protocol https, of instances that have both ports; where only"
                + " one is enabled that is used")
        boolean preferSecurePort,
    @Key(
            "the region of instances that name a zone in their metadata and no region, as Istio's"
                + " localities begin with one")
        @Nullable String region,
    @Key(
            value =
                "time between two reads of what changed; the server answers them from a cache, whose"
                    + " age (30s where it is not configured) comes on top; stretched where a read"
                    + " takes longer",
            defaultValue = "500ms",
            min = "100ms",
            max = "1m")
        Duration pollInterval,
    @Key(
            value =
                "time between two whole reads, which find what the reads of changes and their hash"
                    + " code did not show",
            defaultValue = "5m",
            min = "1s",
            max = "1h")
        Duration reconcileInterval,
    @Key(
            value =
                "how long after an outage, or after much was lost at once, what is missing is kept,"
                    + " as instances register again when they next renew their lease (each 30s) and"
                    + " the server's cache shows it later still",
            defaultValue = "90s",
            min = "0ms",
            max = "1h")
        Duration settle) {

  /** Checks what the form of the values does not say. */
  public EurekaConfiguration {
    addresses = addresses.stream().map(EurekaConfiguration::withoutSlash).toList();
    regions = List.copyOf(regions);
    if ((username == null) != (password == null)) {
      throw new IllegalArgumentException(
          "username: " + username + ", password: " + password + " (expected: both or neither)");
    }
  }

  private static URI withoutSlash(URI address) {
    if (address.getHost() == null) {
      throw new IllegalArgumentException(
          "addresses: "
              + ForeignText.clean(ForeignText.address(address.toString()))
              + " (expected: http://HOST:PORT/PATH or https://HOST:PORT/PATH)");
    }
    return URI.create(address.toString().replaceAll("/+$", ""));
  }

  /** The part of a registration that is an instance's address. */
  public enum AddressKind {
    /** The IP address. */
    IP,
    /** The host name. */
    HOST_NAME
  }

  /** Returns the part of a request that names the remote regions; empty if there are none. */
  String query() {
    return regions.isEmpty()
        ? ""
        : "?regions="
            + URLEncoder.encode(String.join(",", regions), StandardCharsets.UTF_8)
                .replace("%2C", ",");
  }
}
