package io.fairlead.bench.registry;

/** A real registry of its own, filled with services. Not thread-safe. */
public interface RealRegistry extends AutoCloseable {
  /** Returns its name in the configuration and in the report. */
  String name();

  /** Returns how the gateway reads it: an item of the configuration's list {@code registries:}. */
  String configuration();

  /** Returns the host that a service has in the mesh. */
  String host(String service);

  /** Returns what a reader should know about how it is set up. */
  String setup();

  /** Registers a number of services that nothing is asked of, each with some instances. */
  void fill(int services, int instances);

  /** Registers an instance; returns when the registry has taken it. */
  void register(String service, String id, String address, int port);

  /** Returns the process id of its server, for measuring it. */
  long pid();

  /**
   * Returns the address of an instance, counted from 1, of one of the services it is filled with.
   */
  static String fillerAddress(int service, int instance) {
    return "10." + (96 + instance) + "." + service / 250 + "." + (service % 250 + 1);
  }

  /** Returns the configuration of a registry that is named as its type and read without TLS. */
  static String plain(String type, String address) {
    return """
        - name: %1$s
          type: %1$s
          addresses: ["%2$s"]
          host: "{service}.%1$s"
          allowLoopback: true
          protocol: http
        """
        .formatted(type, address);
  }

  @Override
  void close();
}
