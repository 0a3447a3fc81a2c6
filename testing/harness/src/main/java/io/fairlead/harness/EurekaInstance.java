package io.fairlead.harness;

import java.time.Duration;
import java.util.Map;

/**
 * One instance to register with a Eureka server: a value with everything defaulted but its app, id,
 * address and port.
 *
 * @param app the app's name; Eureka makes it upper case
 * @param id the instance's id within the app
 * @param hostName the name under which its host is found
 * @param ip an IP address
 * @param port the plain port
 * @param portEnabled whether it takes plain connections
 * @param securePort the port for TLS
 * @param secureEnabled whether it takes connections with TLS
 * @param status {@code UP}, {@code DOWN}, {@code STARTING}, {@code OUT_OF_SERVICE} or {@code
 *     UNKNOWN}
 * @param lease how long it stays without being renewed
 * @param availabilityZone the zone of an instance in Amazon's cloud; empty: not there
 * @param metadata its keys and values
 */
public record EurekaInstance(
    String app,
    String id,
    String hostName,
    String ip,
    int port,
    boolean portEnabled,
    int securePort,
    boolean secureEnabled,
    String status,
    Duration lease,
    String availabilityZone,
    Map<String, String> metadata) {

  private static final Duration LONG_LEASE = Duration.ofHours(1);

  public EurekaInstance {
    metadata = Map.copyOf(metadata);
  }

  /** Returns an instance that is up, takes plain connections and stays without being renewed. */
  public static EurekaInstance of(String app, String id, String ip, int port) {
    return new EurekaInstance(
        app, id, id + ".host.test", ip, port, true, 443, false, "UP", LONG_LEASE, "", Map.of());
  }

  /** Returns the same with another status of its own. */
  public EurekaInstance withStatus(String other) {
    return new EurekaInstance(
        app,
        id,
        hostName,
        ip,
        port,
        portEnabled,
        securePort,
        secureEnabled,
        other,
        lease,
        availabilityZone,
        metadata);
  }

  /** Returns the same with other ports, 0 for one that is off. */
  public EurekaInstance withPorts(int plain, int secure) {
    return new EurekaInstance(
        app,
        id,
        hostName,
        ip,
        plain == 0 ? port : plain,
        plain != 0,
        secure == 0 ? securePort : secure,
        secure != 0,
        status,
        lease,
        availabilityZone,
        metadata);
  }

  /** Returns the same with another lease. */
  public EurekaInstance withLease(Duration other) {
    return new EurekaInstance(
        app,
        id,
        hostName,
        ip,
        port,
        portEnabled,
        securePort,
        secureEnabled,
        status,
        other,
        availabilityZone,
        metadata);
  }

  /** Returns the same in a zone of Amazon's cloud. */
  public EurekaInstance inAmazon(String zone) {
    return new EurekaInstance(
        app,
        id,
        hostName,
        ip,
        port,
        portEnabled,
        securePort,
        secureEnabled,
        status,
        lease,
        zone,
        metadata);
  }

  /** Returns the same with other metadata. */
  public EurekaInstance withMetadata(Map<String, String> other) {
    return new EurekaInstance(
        app,
        id,
        hostName,
        ip,
        port,
        portEnabled,
        securePort,
        secureEnabled,
        status,
        lease,
        availabilityZone,
        other);
  }
}
