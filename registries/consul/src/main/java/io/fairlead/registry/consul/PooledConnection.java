package io.fairlead.registry.consul;

import io.vertx.core.http.HttpClientConnection;

/** An open connection with its number of streams in use. Owned by its {@link ConnectionPool}. */
final class PooledConnection {
  final HttpClientConnection connection;
  final int streams;
  int taken;
  boolean closed;

  /** Whether Consul has answered a request on it; Consul refuses an excess connection only then. */
  boolean served;

  PooledConnection(HttpClientConnection connection, int streams) {
    this.connection = connection;
    this.streams = streams;
  }

  boolean hasRoom() {
    return !closed && taken < streams;
  }
}
