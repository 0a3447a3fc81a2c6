package io.fairlead.chart;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stand-in for kube-proxy: each Service has an address, and a connection to one of its ports
 * leads to one of the endpoints that its EndpointSlices call ready. Where there is none,
 * connections are refused; those that are there stay. Its own thread looks at the slices;
 * thread-safe.
 */
final class ServiceProxy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceProxy.class);

  private final Cluster cluster;
  private final PodAddresses addresses;
  private final Path hosts;
  private final Map<String, String> services = new ConcurrentHashMap<>();
  // Of the watching thread, but for their targets.
  private final Map<String, Door> doors = new HashMap<>();
  private final Thread watcher = new Thread(this::watch, "service-proxy");
  private volatile boolean closed;

  ServiceProxy(Cluster cluster, PodAddresses addresses, Path hosts) {
    this.cluster = cluster;
    this.hosts = hosts;
    this.addresses = addresses;
    watcher.setDaemon(true);
    watcher.start();
  }

  /** Returns the address of this machine at which a Service is. */
  InetAddress address(String namespace, String service) {
    return PodAddresses.localAddress(kubernetesAddress(namespace + "/" + service));
  }

  private String kubernetesAddress(String service) {
    return services.computeIfAbsent(service, name -> addresses.next());
  }

  private void watch() {
    while (!closed) {
      try {
        JsonNode slices = cluster.get("/apis/discovery.k8s.io/v1/endpointslices").path("items");
        update(slices);
        writeHosts(slices);
      } catch (IOException | RuntimeException e) {
        LOG.debug("cannot read the slices", e);
      }
      Cluster.pause();
    }
  }

  // As a cluster's DNS: the name of a Service leads to its address, that of one without an address
  // to
  // its endpoints.
  private void writeHosts(JsonNode slices) throws IOException {
    StringBuilder names = new StringBuilder("127.0.0.1 localhost\n");
    for (JsonNode service : cluster.get("/api/v1/services").path("items")) {
      String namespace = service.at("/metadata/namespace").asText();
      String name = service.at("/metadata/name").asText();
      String line = " " + name + "." + namespace + ".svc\n";
      if (!service.at("/spec/clusterIP").asText().equals("None")) {
        names.append(address(namespace, name).getHostAddress()).append(line);
        continue;
      }
      for (JsonNode slice : slices) {
        if (serviceOf(slice).equals(namespace + "/" + name)) {
          for (JsonNode endpoint : slice.path("endpoints")) {
            String address = endpoint.path("addresses").path(0).asText();
            names.append(PodAddresses.local(address)).append(line);
          }
        }
      }
    }
    Path next = hosts.resolveSibling("hosts.next");
    Files.writeString(next, names);
    Files.move(next, hosts, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String serviceOf(JsonNode slice) {
    JsonNode metadata = slice.path("metadata");
    return metadata.path("namespace").asText()
        + "/"
        + metadata.path("labels").path("kubernetes.io/service-name").asText();
  }

  private void update(JsonNode slices) {
    Map<String, List<InetSocketAddress>> targets = new HashMap<>();
    for (JsonNode slice : slices) {
      String service = serviceOf(slice);
      for (JsonNode port : slice.path("ports")) {
        List<InetSocketAddress> ready =
            targets.computeIfAbsent(
                service + ":" + port.path("port").asInt(), door -> new ArrayList<>());
        for (JsonNode endpoint : slice.path("endpoints")) {
          if (endpoint.at("/conditions/ready").asBoolean()) {
            InetAddress address =
                PodAddresses.localAddress(endpoint.path("addresses").path(0).asText());
            ready.add(new InetSocketAddress(address, port.path("port").asInt()));
          }
        }
      }
    }
    targets.values().removeIf(List::isEmpty);
    Set<String> gone = new HashSet<>(doors.keySet());
    gone.removeAll(targets.keySet());
    gone.forEach(door -> doors.remove(door).close());
    targets.forEach(
        (door, ready) -> doors.computeIfAbsent(door, this::open).targets = List.copyOf(ready));
  }

  private Door open(String name) {
    String service = name.substring(0, name.indexOf(':'));
    int port = Integer.parseInt(name.substring(name.indexOf(':') + 1));
    return new Door(PodAddresses.localAddress(kubernetesAddress(service)), port);
  }

  @Override
  public void close() {
    closed = true;
    try {
      watcher.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    doors.values().forEach(Door::close);
  }

  /** One port of a Service, open while it has an endpoint. */
  private static final class Door {
    private final ServerSocket server;
    private volatile List<InetSocketAddress> targets = List.of();

    Door(InetAddress address, int port) {
      try {
        server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(address, port));
      } catch (IOException e) {
        throw new IllegalStateException("cannot listen on " + address + ":" + port, e);
      }
      daemon(this::accept);
    }

    private void accept() {
      while (!server.isClosed()) {
        try {
          Socket client = server.accept();
          daemon(() -> connect(client));
        } catch (IOException e) {
          LOG.trace("closed", e);
        }
      }
    }

    private void connect(Socket client) {
      List<InetSocketAddress> now = targets;
      if (now.isEmpty()) {
        reset(client);
        return;
      }
      Socket target = new Socket();
      try {
        target.connect(now.get(ThreadLocalRandom.current().nextInt(now.size())), 5_000);
        daemon(() -> copy(target, client));
        copy(client, target);
      } catch (IOException e) {
        reset(client);
        reset(target);
      }
    }

    private static void copy(Socket from, Socket to) {
      byte[] bytes = new byte[65_536];
      try (InputStream in = from.getInputStream();
          OutputStream out = to.getOutputStream()) {
        for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
          out.write(bytes, 0, length);
        }
      } catch (IOException e) {
        LOG.trace("ended", e);
      }
      reset(from);
      reset(to);
    }

    private static void reset(Socket socket) {
      try {
        socket.setSoLinger(true, 0);
        socket.close();
      } catch (IOException e) {
        LOG.trace("closed already", e);
      }
    }

    private static void daemon(Runnable work) {
      Thread thread = new Thread(work, "service-proxy-connection");
      thread.setDaemon(true);
      thread.start();
    }

    void close() {
      try {
        server.close();
      } catch (IOException e) {
        LOG.debug("cannot close", e);
      }
    }
  }
}
