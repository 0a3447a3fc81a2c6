package io.fairlead.registry.nacos;

import com.alibaba.nacos.api.exception.NacosException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The vendor's clients of one registry, one for each namespace as the vendor's protocol wants it,
 * opened at first use. Thread-safe.
 */
final class NamingClients implements AutoCloseable {
  /** The number of namespaces that get pushes; each client has about a dozen threads. */
  static final int MAX_PUSHED = 32;

  private final Naming.Factory factory;
  // Guarded by "this".
  private final Map<String, Naming> clients = new HashMap<>();
  private boolean closed;
  private final UnaryOperator<String> shown;

  /**
   * @param shown makes a text from outside fit to be shown
   */
  NamingClients(Naming.Factory factory, UnaryOperator<String> shown) {
    this.factory = factory;
    this.shown = shown;
  }

  /** Returns a text from outside fit to be shown. */
  String shown(String text) {
    return shown.apply(text);
  }

  /** Whether a namespace has a client, or may have one for its pushes. */
  synchronized boolean mayPush(String namespace) {
    return clients.containsKey(namespace) || clients.size() < MAX_PUSHED;
  }

  /** Returns the client of a namespace, opened if it is the first call. */
  synchronized Naming of(String namespace) throws NacosException {
    if (closed) {
      throw new NacosException(NacosException.CLIENT_DISCONNECT, "the registry was closed");
    }
    Naming client = clients.get(namespace);
    if (client == null) {
      client = factory.open(namespace);
      clients.put(namespace, client);
    }
    return client;
  }

  @Override
  public synchronized void close() {
    closed = true;
    clients.values().forEach(Naming::close);
    clients.clear();
  }
}
