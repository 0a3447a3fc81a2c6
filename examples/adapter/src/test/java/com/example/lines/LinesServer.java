package com.example.lines;

import com.sun.net.httpserver.HttpServer;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** A web server with a list. Confined to the test's thread, but for its handler. */
final class LinesServer implements AutoCloseable {
  private final Map<ServiceId, Service> services = new TreeMap<>();
  private volatile String list = "end\n";
  private HttpServer server;

  LinesServer() {
    server = start(FreePorts.next());
  }

  private HttpServer start(int port) {
    try {
      HttpServer made =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      made.createContext(
          "/list",
          exchange -> {
            byte[] bytes = list.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            try (exchange) {
              exchange.getResponseBody().write(bytes);
            }
          });
      made.start();
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/list");
  }

  void put(Service service) {
    services.put(service.id(), service);
    write();
  }

  void remove(ServiceId id) {
    services.remove(id);
    write();
  }

  private void write() {
    StringBuilder text = new StringBuilder("# services\n");
    for (Service service : services.values()) {
      for (Instance instance : service.instances()) {
        text.append(service.id().name()).append(' ').append(instance.address()).append(' ');
        text.append(instance.port());
        instance.metadata().forEach((key, value) -> text.append(' ' + key + '=' + value));
        text.append(instance.availability() == Availability.READY ? "\n" : " down=1\n");
      }
    }
    list = text.append("end\n").toString();
  }

  /** Gives something else than the list from now on. */
  void give(String text) {
    list = text;
  }

  void stop() {
    server.stop(0);
  }

  void startAgain() {
    server = start(server.getAddress().getPort());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
