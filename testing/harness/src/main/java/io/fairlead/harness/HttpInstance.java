package io.fairlead.harness;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An instance of a service: an HTTP server on a loopback address that answers every request with
 * its own id. Thread-safe.
 */
public final class HttpInstance implements AutoCloseable {
  static {
    // Otherwise head and body of an answer are 40 ms apart. Read with the first server of the JVM.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final String id;
  private final String address;
  private final int port;
  private final HttpServer server;
  private final AtomicLong requests = new AtomicLong();

  private HttpInstance(String id, String address, int port) {
    this.id = id;
    this.address = address;
    this.port = port;
    try {
      this.server = HttpServer.create(new InetSocketAddress(address, port), 0);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + address + ":" + port, e);
    }
    server.createContext("/", this::answer);
  }

  /** Starts one on a free port. */
  public static HttpInstance start(String id, String address) {
    return start(id, address, FreePorts.next());
  }

  /**
   * Starts one.
   *
   * @param id what it answers
   * @param address a loopback address; Linux has all of 127.0.0.0/8
   * @param port a free port of that address
   */
  public static HttpInstance start(String id, String address, int port) {
    HttpInstance instance = new HttpInstance(id, address, port);
    instance.server.start();
    return instance;
  }

  private void answer(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    byte[] body = id.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  /** Returns what it answers. */
  public String id() {
    return id;
  }

  /** Returns its address. */
  public String address() {
    return address;
  }

  /** Returns its port. */
  public int port() {
    return port;
  }

  /** Requests answered so far. */
  public long requests() {
    return requests.get();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
