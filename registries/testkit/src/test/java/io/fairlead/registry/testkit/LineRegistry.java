package io.fairlead.registry.testkit;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A registry that speaks lines over TCP: {@code LOGIN secret} is answered with {@code WELCOME} or
 * {@code DENIED}; {@code LIST} with {@code SERVICES revision count}, a line a service, and {@code
 * END}; {@code WATCH revision} (or {@code now}) with {@code WATCHING revision} and then {@code
 * CHANGED revision service}, {@code REMOVED revision name} and {@code PING revision} without end.
 * Its own lock guards its state, and sessions wait on it.
 */
final class LineRegistry implements AutoCloseable {
  private static final long PING_MILLIS = 30;

  private final String secret;
  private final int port;
  private final Map<ServiceId, Service> services = new TreeMap<>();
  private final List<Event> log = new ArrayList<>();
  private final Map<ServiceId, Event> last = new HashMap<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private ServerSocket door;
  private Thread doorkeeper;
  private long revision;
  private boolean losing;
  private boolean disordered;

  private record Event(long revision, String line) {}

  LineRegistry(String secret) {
    this.secret = secret;
    this.port = FreePorts.next();
    this.door = listen();
    this.doorkeeper = accept(door);
  }

  int port() {
    return port;
  }

  // ---- For the test -----------------------------------------------------------------------------

  synchronized void put(Service service) {
    services.put(service.id(), service);
    revision++;
    tell(service.id(), "CHANGED " + revision + " " + LineCodec.encode(service));
  }

  synchronized void remove(ServiceId id) {
    services.remove(id);
    revision++;
    tell(id, "REMOVED " + revision + " " + id.name());
  }

  private void tell(ServiceId id, String line) {
    Event event = new Event(revision, line);
    Event before = last.put(id, event);
    if (losing) {
      losing = false;
    } else {
      log.add(event);
    }
    if (disordered && before != null) {
      log.add(before);
    }
    notifyAll();
  }

  /** Tells again what was told last of a service. */
  synchronized void repeat(ServiceId id) {
    Event event = last.get(id);
    if (event != null) {
      log.add(event);
    }
    notifyAll();
  }

  /** Tells nothing of the next change. */
  synchronized void loseNext() {
    losing = true;
  }

  /** After each event the one before it comes again, from now on or no longer. */
  synchronized void disorder(boolean on) {
    disordered = on;
  }

  /** Starts anew: revisions begin again, the services are still there. */
  synchronized void restart() throws InterruptedException {
    closeAll();
    // Until nobody waits on the socket any more the port is not free.
    doorkeeper.join();
    log.clear();
    last.clear();
    revision = 0;
    door = listen();
    doorkeeper = accept(door);
  }

  private ServerSocket listen() {
    try {
      ServerSocket opened = new ServerSocket();
      opened.setReuseAddress(true);
      opened.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
      return opened;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void close() {
    closeAll();
    FreePorts.giveBack(port);
    notifyAll();
  }

  private void closeAll() {
    try {
      door.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.clear();
  }

  // ---- For the adapter --------------------------------------------------------------------------

  private Thread accept(ServerSocket at) {
    return start(
        () -> {
          while (true) {
            Socket socket = at.accept();
            // Not with the lock, which is held by who waits for this thread.
            open.add(socket);
            start(() -> serve(socket)).setName("line-server-session");
          }
        });
  }

  private interface Task {
    void run() throws IOException, InterruptedException;
  }

  private static Thread start(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (IOException e) {
                // The other side, or the registry, is gone.
                return;
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "line-server");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void serve(Socket socket) throws IOException, InterruptedException {
    try (socket;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        Writer out =
            new BufferedWriter(
                new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.US_ASCII))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith("LOGIN ")) {
          boolean welcome = line.equals("LOGIN " + secret);
          out.write(welcome ? "WELCOME\n" : "DENIED\n");
          out.flush();
          if (!welcome) {
            return;
          }
        } else if (line.equals("LIST")) {
          out.write(list());
          out.flush();
        } else if (line.startsWith("WATCH ")) {
          watch(socket, line.substring("WATCH ".length()), out);
        }
      }
    } finally {
      synchronized (this) {
        open.remove(socket);
      }
    }
  }

  private synchronized String list() {
    StringBuilder text = new StringBuilder();
    text.append("SERVICES ").append(revision).append(' ').append(services.size()).append('\n');
    services.values().forEach(one -> text.append(LineCodec.encode(one)).append('\n'));
    return text.append("END\n").toString();
  }

  private void watch(Socket socket, String from, Writer out)
      throws IOException, InterruptedException {
    int next;
    synchronized (this) {
      long after = from.equals("now") ? revision : Long.parseLong(from);
      next = 0;
      while (next < log.size() && log.get(next).revision() <= after) {
        next++;
      }
      out.write("WATCHING " + after + "\n");
    }
    out.flush();
    while (true) {
      StringBuilder text = new StringBuilder();
      synchronized (this) {
        if (next >= log.size()) {
          wait(PING_MILLIS);
        }
        if (!open.contains(socket)) {
          return;
        }
        while (next < log.size()) {
          text.append(log.get(next).line()).append('\n');
          next++;
        }
        if (text.length() == 0) {
          text.append("PING ").append(revision).append('\n');
        }
      }
      out.write(text.toString());
      out.flush();
    }
  }
}
