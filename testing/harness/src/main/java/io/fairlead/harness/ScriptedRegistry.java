package io.fairlead.harness;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A registry that a test scripts: the other end of the adapter type {@code scripted}. It holds
 * services, gives whoever connects a whole view of them, then each change; and it shows, at will,
 * faults that no real registry does: reads that fail, views that are empty, partial or old, events
 * that are lost, double or late, connections cut in the middle of a view, garbage, silence.
 *
 * <p>Thread-safe: its own lock guards its state, under which it also writes, so that what the
 * adapter reads is in the order of the calls. One adapter is connected at a time.
 */
public final class ScriptedRegistry implements AutoCloseable {
  /** The answer to a new connection. */
  public enum Answer {
    /** With a whole view. */
    VIEW,
    /** With a failed read. */
    FAILURE,
    /** Not at all. */
    SILENCE
  }

  private static final Logger LOG = LoggerFactory.getLogger(ScriptedRegistry.class);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long ALIVE_MILLIS = 200;

  private final int port = FreePorts.next();
  private final Map<ServiceId, Service> services = new TreeMap<>();
  private Answer answer = Answer.VIEW;
  private Duration delay = Duration.ZERO;
  // Services of the next view after which the connection is cut; negative: none.
  private int cutAfter = -1;
  private @Nullable ServerSocket server;
  private @Nullable Socket socket;
  // Whether the connected adapter has been given a view, or is owed none.
  private boolean answered;
  private long seq;
  private long done;
  private int connections;
  private boolean closed;

  private ScriptedRegistry() {
    makeReachable();
    Thread keeper = new Thread(this::keepAlive, "scripted-registry-" + port + "-alive");
    keeper.setDaemon(true);
    keeper.start();
  }

  /** Returns an empty one that listens. */
  public static ScriptedRegistry start() {
    return new ScriptedRegistry();
  }

  /**
   * Returns the value of {@code address} in the configuration of a registry of type {@code
   * scripted}.
   */
  public String address() {
    return "127.0.0.1:" + port;
  }

  // ---- What it holds --------------------------------------------------------------------------

  /** Takes a service, new or changed, and says so. */
  public synchronized void put(Service service) {
    services.put(service.id(), service);
    sayChanged(service);
  }

  /** Drops a service and says so. */
  public synchronized void remove(ServiceId id) {
    services.remove(id);
    sayRemoved(id);
  }

  /** Takes a service without a word: a lost event, which the next view heals. */
  public synchronized void putSilently(Service service) {
    services.put(service.id(), service);
  }

  /** Drops a service without a word. */
  public synchronized void removeSilently(ServiceId id) {
    services.remove(id);
  }

  /** Returns what it holds. */
  public synchronized List<Service> services() {
    return List.copyOf(services.values());
  }

  // ---- What it says, true or not --------------------------------------------------------------

  /** Gives a whole view of what it holds, as after a list that was read again. */
  public void view() {
    view(services());
  }

  /** A successful read that gives nothing. */
  public void emptyView() {
    view(List.of());
  }

  /** A successful read that gives this: a part, an older state, anything. What it holds stays. */
  public synchronized void view(Collection<Service> said) {
    if (socket != null) {
      answered = true;
      writeView(said);
    }
  }

  /** Says that a service is so, whatever it holds: an event that comes late, or twice. */
  public synchronized void sayChanged(Service service) {
    if (answered) {
      write(ScriptedLines.changed(service));
    }
  }

  /** Says that a service is gone, whatever it holds. */
  public synchronized void sayRemoved(ServiceId id) {
    if (answered) {
      write(ScriptedLines.removed(id));
    }
  }

  /** Says that a part cannot be read. */
  public synchronized void sayFailing(String problem) {
    if (socket != null) {
      write(ScriptedLines.problem("failing", problem));
    }
  }

  /** Sends what is not of the protocol; the adapter then gives the connection up. */
  public synchronized void garbage() {
    writeText("{\"seq\": 1, \"op\": \n");
  }

  // ---- How it answers -------------------------------------------------------------------------

  /** From now on reads fail, the present connection's first; changes are not said. */
  public synchronized void failReads() {
    answer = Answer.FAILURE;
    answered = false;
    if (socket != null) {
      write(ScriptedLines.problem("failed", "500: reads fail"));
    }
  }

  /** From now on nothing is said at all, not even that it is alive. */
  public synchronized void fallSilent() {
    answer = Answer.SILENCE;
    answered = false;
  }

  /** Reads work again: the adapter is given a whole view, if one is connected. */
  public synchronized void recover() {
    answer = Answer.VIEW;
    if (socket != null) {
      view();
    }
  }

  /** How long each answer to a new connection takes from now on. */
  public synchronized void delayAnswers(Duration time) {
    delay = time;
  }

  /** Cuts the connection in the middle of the next view, after that many services. */
  public synchronized void cutNextViewAfter(int count) {
    cutAfter = count;
  }

  /** Cuts the connection; the adapter makes another one. */
  public synchronized void cut() {
    if (socket != null) {
      close(socket);
      socket = null;
      answered = false;
    }
  }

  /** Cuts the connection and refuses new ones. */
  public synchronized void makeUnreachable() {
    if (server != null) {
      close(server);
      server = null;
    }
    cut();
  }

  /** Listens again, at the same address. */
  public synchronized void makeReachable() {
    if (server != null || closed) {
      return;
    }
    try {
      ServerSocket listening = new ServerSocket();
      listening.setReuseAddress(true);
      listening.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
      server = listening;
      Thread acceptor = new Thread(() -> accept(listening), "scripted-registry-" + port);
      acceptor.setDaemon(true);
      acceptor.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on port " + port, e);
    }
  }

  // ---- What the adapter did -------------------------------------------------------------------

  /** Returns the number of connections so far. */
  public synchronized int connections() {
    return connections;
  }

  /** Waits until an adapter is connected and has taken all that was said to it. */
  public synchronized void awaitTaken() {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (socket == null || !answered || done < seq) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(
            "scripted registry: "
                + (socket == null ? "no adapter" : "line " + done + " of " + seq + " taken")
                + " (expected: all taken within "
                + LIMIT
                + ")");
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for an adapter", e);
      }
    }
  }

  // ---- Connections ----------------------------------------------------------------------------

  private void accept(ServerSocket listening) {
    while (!listening.isClosed()) {
      try {
        connected(listening, listening.accept());
      } catch (IOException e) {
        LOG.trace("scripted registry: listens no more", e);
      }
    }
  }

  private synchronized void connected(ServerSocket listening, Socket accepted) throws IOException {
    // A socket that is closed while a thread waits for a connection may still give it one.
    if (server != listening) {
      close(accepted);
      return;
    }
    cut();
    accepted.setTcpNoDelay(true);
    socket = accepted;
    connections++;
    seq = 0;
    done = 0;
    Thread reader = new Thread(() -> read(accepted), "scripted-registry-" + port + "-read");
    reader.setDaemon(true);
    reader.start();
    notifyAll();
  }

  // The answer is given here, so that a slow one keeps nobody from calling.
  private void read(Socket accepted) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(accepted.getInputStream(), StandardCharsets.UTF_8))) {
      Duration time;
      synchronized (this) {
        time = delay;
      }
      TimeUnit.MILLISECONDS.sleep(time.toMillis());
      answer(accepted);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        taken(accepted, Long.parseLong(line));
      }
    } catch (IOException e) {
      LOG.trace("scripted registry: the adapter has gone", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      if (socket == accepted) {
        cut();
      }
    }
  }

  private synchronized void answer(Socket accepted) {
    if (socket != accepted) {
      return;
    }
    switch (answer) {
      case VIEW -> view();
      case FAILURE -> write(ScriptedLines.problem("failed", "500: reads fail"));
      case SILENCE -> LOG.trace("scripted registry: no answer");
    }
  }

  private synchronized void taken(Socket accepted, long number) {
    if (socket == accepted) {
      done = number;
      notifyAll();
    }
  }

  private void keepAlive() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(ALIVE_MILLIS);
        synchronized (this) {
          if (closed) {
            return;
          }
          if (answered) {
            write(ScriptedLines.alive());
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // All below with the lock held.

  private void writeView(Collection<Service> said) {
    StringBuilder text = new StringBuilder();
    int cutAt = cutAfter;
    cutAfter = -1;
    append(text, ScriptedLines.begin());
    int count = 0;
    for (Service service : said) {
      if (count == cutAt) {
        break;
      }
      append(text, ScriptedLines.service(service));
      count++;
    }
    if (cutAt < 0) {
      append(text, ScriptedLines.end(count));
    }
    writeText(text.toString());
    if (cutAt >= 0) {
      cut();
    }
  }

  private void append(StringBuilder text, ObjectNode line) {
    text.append(line.put("seq", ++seq)).append('\n');
  }

  private void write(ObjectNode line) {
    writeText(line.put("seq", ++seq) + "\n");
  }

  private void writeText(String text) {
    if (socket == null) {
      return;
    }
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.trace("scripted registry: the adapter has gone", e);
      cut();
    }
  }

  private static void close(AutoCloseable open) {
    try {
      open.close();
    } catch (Exception e) {
      LOG.debug("scripted registry: a socket could not be closed", e);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    makeUnreachable();
  }
}
