package io.fairlead.harness;

import io.fairlead.registry.testkit.FaultProxy;
import io.fairlead.registry.testkit.FreePorts;
import java.time.Duration;

/**
 * The way to a Nacos server: its HTTP port and the gRPC port 1000 above, each a link of its own.
 * Thread-safe.
 */
public final class NacosLink implements AutoCloseable {
  private final FaultProxy http;
  private final FaultProxy grpc;

  private NacosLink(int port, int target) {
    this.http = FaultProxy.between(port, target);
    this.grpc = FaultProxy.between(port + 1000, target + 1000);
  }

  /** Returns a way that works. */
  public static NacosLink to(NacosServer server) {
    return new NacosLink(FreePorts.withOffsets(1000), server.port());
  }

  /** Returns where clients connect: {@code 127.0.0.1:PORT}. */
  public String address() {
    return "127.0.0.1:" + http.port();
  }

  /** Returns the way of lists and direct reads. */
  public FaultProxy http() {
    return http;
  }

  /** Returns the way of registrations by clients, and of pushes. */
  public FaultProxy grpc() {
    return grpc;
  }

  /** From now on breaks all connections of both again and again, until the way is closed. */
  public void resetEvery(Duration period) {
    http.resetEvery(period);
    grpc.resetEvery(period);
  }

  /** Breaks both. */
  public void cut() {
    http.cut();
    grpc.cut();
  }

  /** Restores both. */
  public void restore() {
    http.restore();
    grpc.restore();
  }

  @Override
  public void close() {
    http.close();
    grpc.close();
  }
}
