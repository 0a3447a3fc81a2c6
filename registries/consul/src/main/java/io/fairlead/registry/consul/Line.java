package io.fairlead.registry.consul;

import io.vertx.core.http.HttpClientConnection;

/** One open connection and how many of its streams are taken. Owned by its {@link Endpoint}. */
final class Line {
  final HttpClientConnection connection;
  final int streams;
  int taken;
  boolean closed;

  /** Whether Consul has served a request on it: one over its limit is only refused then. */
  boolean proven;

  Line(HttpClientConnection connection, int streams) {
    this.connection = connection;
    this.streams = streams;
  }

  boolean hasRoom() {
    return !closed && taken < streams;
  }
}
