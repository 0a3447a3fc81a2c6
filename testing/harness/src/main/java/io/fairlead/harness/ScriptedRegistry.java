package io.fairlead.harness;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A registry that a test scripts: the other end of the adapter type {@code scripted}. It holds
 * services, gives whoever connects a whole view of them, then each change; and it shows, at will,
 * faults that no real registry does: reads that fail, views that are empty, partial or old, events
 * that are lost, double or late, connections cut in the middle of a view, garbage, silence.
 *
 * <p>Thread-safe: its own lock guards its state and that of its link, so that what the adapter
 * reads is in the order of the calls. One adapter is connected at a time.
 */
public final class ScriptedRegistry implements AutoCloseable {
  /** The answer to a new connection. */
  private enum Answer {
    /** With a whole view. */
    VIEW,
    /** With a failed read. */
    FAILURE,
    /** Not at all. */
    SILENCE
  }

  private static final Logger LOG = LoggerFactory.getLogger(ScriptedRegistry.class);

  private final Map<ServiceId, Service> services = new TreeMap<>();
  private Answer answer = Answer.VIEW;
  private Duration delay = Duration.ZERO;
  // Services of the next view after which the connection is cut; negative: none.
  private int cutAfter = -1;
  private final AdapterLink link = new AdapterLink(this, this::answer);

  private ScriptedRegistry() {}

  /** Returns an empty one that listens. */
  public static ScriptedRegistry start() {
    return new ScriptedRegistry();
  }

  /**
   * Returns the value of {@code address} in the configuration of a registry of type {@code
   * scripted}.
   */
  public String address() {
    return "127.0.0.1:" + link.port();
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
    if (link.isConnected()) {
      link.begun(true);
      writeView(said);
    }
  }

  /** Says that a service is so, whatever it holds: an event that comes late, or twice. */
  public synchronized void sayChanged(Service service) {
    if (link.isBegun()) {
      link.write(ScriptedLines.changed(service));
    }
  }

  /** Says that a service is gone, whatever it holds. */
  public synchronized void sayRemoved(ServiceId id) {
    if (link.isBegun()) {
      link.write(ScriptedLines.removed(id));
    }
  }

  /** Says that a part cannot be read. */
  public synchronized void sayFailing(String problem) {
    if (link.isConnected()) {
      link.write(ScriptedLines.problem("failing", problem));
    }
  }

  /** Sends what is not of the protocol; the adapter then gives the connection up. */
  public synchronized void garbage() {
    link.writeText("{\"seq\": 1, \"op\": \n");
  }

  // ---- How it answers -------------------------------------------------------------------------

  /** From now on reads fail, the present connection's first; changes are not said. */
  public synchronized void failReads() {
    answer = Answer.FAILURE;
    link.begun(false);
    if (link.isConnected()) {
      link.write(ScriptedLines.problem("failed", "500: reads fail"));
    }
  }

  /** From now on nothing is said at all, not even that it is alive. */
  public synchronized void fallSilent() {
    answer = Answer.SILENCE;
    link.begun(false);
  }

  /** Reads work again: the adapter is given a whole view, if one is connected. */
  public synchronized void recover() {
    answer = Answer.VIEW;
    view();
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
    link.cut();
  }

  /** Cuts the connection and refuses new ones. */
  public synchronized void makeUnreachable() {
    link.refuse();
  }

  /** Listens again, at the same address. */
  public synchronized void makeReachable() {
    link.listen();
  }

  // ---- What the adapter did -------------------------------------------------------------------

  /** Returns the number of connections so far. */
  public synchronized int connections() {
    return link.connections();
  }

  /** Waits until an adapter is connected and has taken all that was said to it. */
  public void awaitTaken() {
    link.awaitTaken();
  }

  // ---- Answers --------------------------------------------------------------------------------

  // Called without the lock, so that a slow answer keeps nobody from calling.
  private void answer(int connection) {
    Duration time;
    synchronized (this) {
      time = delay;
    }
    try {
      TimeUnit.MILLISECONDS.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    synchronized (this) {
      if (!link.isConnected() || link.connections() != connection) {
        return;
      }
      switch (answer) {
        case VIEW -> view();
        case FAILURE -> link.write(ScriptedLines.problem("failed", "500: reads fail"));
        case SILENCE -> LOG.trace("scripted registry: no answer");
      }
    }
  }

  private void writeView(Collection<Service> said) {
    int cutAt = cutAfter;
    cutAfter = -1;
    List<ObjectNode> lines = new ArrayList<>();
    lines.add(ScriptedLines.begin());
    said.stream()
        .limit(cutAt < 0 ? Long.MAX_VALUE : cutAt)
        .forEach(service -> lines.add(ScriptedLines.service(service)));
    if (cutAt < 0) {
      lines.add(ScriptedLines.end(lines.size() - 1));
    }
    link.write(lines);
    if (cutAt >= 0) {
      link.cut();
    }
  }

  @Override
  public void close() {
    link.close();
  }
}
