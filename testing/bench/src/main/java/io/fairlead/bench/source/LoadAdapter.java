package io.fairlead.bench.source;

import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistrySink;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives all services at once, then a change for each line that comes over its socket: {@code FROM
 * TO EDITION} changes the services from FROM (inclusive) to TO (exclusive) to that edition.
 *
 * <p>One thread does everything, so the sink is called by one thread at a time.
 */
final class LoadAdapter implements RegistryAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(LoadAdapter.class);

  private final RegistrySink sink;
  private final LoadConfiguration configuration;
  // Guarded by this.
  private @Nullable ServerSocket server;
  private @Nullable Socket client;
  private boolean closed;

  LoadAdapter(RegistrySink sink, LoadConfiguration configuration) {
    this.sink = sink;
    this.configuration = configuration;
  }

  @Override
  public void start() {
    Thread thread = new Thread(this::run, "load");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try (ServerSocket opened =
        new ServerSocket(configuration.control(), 1, InetAddress.getByName("127.0.0.1"))) {
      synchronized (this) {
        if (closed) {
          return;
        }
        server = opened;
      }
      sink.resync(
          new ReadOutcome.Fresh(Services.all(configuration.services(), configuration.instances())));
      while (true) {
        try (Socket accepted = opened.accept()) {
          accepted.setTcpNoDelay(true);
          synchronized (this) {
            client = accepted;
          }
          obey(accepted);
        }
      }
    } catch (IOException e) {
      synchronized (this) {
        if (!closed) {
          LOG.error("load: the control socket failed", e);
        }
      }
    }
  }

  private void obey(Socket socket) throws IOException {
    BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] words = line.split(" ");
      int to = Integer.parseInt(words[1]);
      int edition = Integer.parseInt(words[2]);
      for (int number = Integer.parseInt(words[0]); number < to; number++) {
        sink.changed(Services.service(number, configuration.instances(), edition));
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    try {
      if (client != null) {
        client.close();
      }
      if (server != null) {
        server.close();
      }
    } catch (IOException e) {
      LOG.warn("load: the control socket did not close in order", e);
    }
  }
}
