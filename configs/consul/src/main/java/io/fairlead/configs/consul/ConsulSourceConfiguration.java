package io.fairlead.configs.consul;

import io.fairlead.common.Key;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Configuration of a config source of type {@code consul}. */
public record ConsulSourceConfiguration(
    @Key(
            value =
                "agents or servers of one datacenter; the first that answers is asked, the others"
                    + " stand in for it",
            defaultValue = "http://127.0.0.1:8500",
            pattern = "^[hH][tT][tT][pP][sS]?://[^/@]+/?$",
            expected = "http://HOST:PORT or https://HOST:PORT")
        List<URI> addresses,
    @Key(
            value =
                "the beginning of the keys whose values are documents, such as mesh/; a slash at its"
                    + " end makes it a folder",
            pattern = "^[^/\\s?#][^\\s?#]*$",
            expected = "a prefix of keys without a slash at its beginning, such as mesh/")
        String prefix,
    @Key(
            "the ACL token, which needs key:read (and key:list, if Consul asks for it) on the"
                + " prefix; read anew, so that a rotated one takes effect")
        @Nullable Secret token,
    @Key("the datacenter to read, where it is not that of the addresses")
        @Nullable String datacenter,
    @Key("Consul's namespace (Enterprise); the key namespace is that of resources without one")
        @Nullable String consulNamespace,
    @Key("Consul's admin partition (Enterprise)") @Nullable String partition,
    @Key("files for https addresses, read anew after a failure") @Nullable TlsFiles tls,
    @Key(
            value =
                "how long what is missing is kept after Consul was set back to an older state or"
                    + " built anew",
            defaultValue = "1m",
            min = "0s",
            max = "1h")
        Duration settle) {

  /** Copies the addresses. */
  public ConsulSourceConfiguration {
    addresses = List.copyOf(addresses);
  }
}
