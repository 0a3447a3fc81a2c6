package io.fairlead.registry.zookeeper;

import io.fairlead.common.Key;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Configuration of one ZooKeeper registry. */
public record ZooKeeperConfiguration(
    @Key(
            value =
                "servers of one ensemble, HOST:PORT; a session is with one of them and moves to"
                    + " another when that one goes",
            defaultValue = "127.0.0.1:2181",
            pattern = "^[^,/@\\s]+:[0-9]{1,5}$",
            expected = "HOST:PORT",
            min = "1")
        List<String> addresses,
    @Key(
            value = "the node that every other path is below",
            defaultValue = "",
            pattern = "^(/[^/]+)*$",
            expected = "a path such as /prod, or empty")
        String chroot,
    @Key(
            value =
                "which of the two registrations of a Dubbo 3 provider is served: interface (what"
                    + " Dubbo 2 has, too), application or both",
            defaultValue = "interface")
        DubboRegistrations dubbo,
    @Key(
            value =
                "the node with Dubbo's interfaces and its metadata centre: a slash and the group of"
                    + " Dubbo's registry",
            defaultValue = "/dubbo",
            pattern = "^(/[^/]+)+$",
            expected = "a path such as /dubbo")
        String dubboRoot,
    @Key(
            value =
                "the node with what is registered by application or name: by Dubbo 3, Spring Cloud"
                    + " and Curator's service discovery",
            defaultValue = "/services",
            pattern = "^(/[^/]+)+$",
            expected = "a path such as /services")
        String servicesRoot,
    @Key("a user of ZooKeeper's scheme digest") @Nullable Secret username,
    @Key("that user's password, read anew for each session") @Nullable Secret password,
    @Key(
            "files for TLS, read anew for each session; the server's certificate is always checked;"
                + " without it plaintext")
        @Nullable TlsFiles tls,
    @Key(
            value =
                "how long the servers keep a session that they hear nothing of; a connection that"
                    + " is silent is given up after two thirds of it",
            defaultValue = "10s",
            min = "1s",
            max = "2m")
        Duration sessionTimeout,
    @Key(
            value = "time between two whole reads, which find what no watch has shown",
            defaultValue = "10m",
            min = "1s",
            max = "24h")
        Duration reconcileInterval,
    @Key(
            value =
                "how long after an outage what is missing is kept, from when it was first missing,"
                    + " as providers have yet to register again",
            defaultValue = "30s",
            min = "0ms",
            max = "1h")
        Duration settle) {

  /** Checks what concerns several values. */
  public ZooKeeperConfiguration {
    addresses = List.copyOf(addresses);
    if ((username == null) != (password == null)) {
      throw new IllegalArgumentException(
          "username: " + username + ", password: " + password + " (expected: both or neither)");
    }
    if (dubboRoot.equals(servicesRoot)) {
      throw new IllegalArgumentException(
          "dubboRoot: " + dubboRoot + ", servicesRoot: the same (expected: two nodes)");
    }
  }
}
