package io.fairlead.configs.nacos;

import io.fairlead.nacos.GetResult;
import io.fairlead.nacos.NacosHttp;
import io.fairlead.nacos.NacosReadException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener to changes of known configurations, by a question that the server answers when one of
 * them differs. It only hints: without it, or with a server that does not have it, the list finds
 * the same at its next turn. Thread-safe; one thread, {@code configs-NAME-listen}, asks.
 */
final class ChangeListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeListener.class);

  // Their names and digests are sent each time; with more the list alone has to do.
  private static final int MAX_LISTENED = 3000;
  private static final Duration AFTER_REFUSAL = Duration.ofMinutes(1);
  // Where the server's hint is not what the list says, listening only costs.
  private static final Duration AFTER_NONSENSE = Duration.ofSeconds(10);
  private static final Duration MIN_WAIT = Duration.ofSeconds(1);
  private static final Duration MAX_CLOSING = Duration.ofSeconds(5);
  private static final char WORD_END = 2;
  private static final char LINE_END = 1;

  private final String name;
  private final Runnable hint;

  // Guarded by "this"; waiters are notified of each change.
  private @Nullable Known known;
  private @Nullable Thread thread;
  private boolean closed;

  /**
   * The outcome of a look.
   *
   * @param look its number
   */
  private record Known(long look, NacosHttp http, ConfigReader.Configs configs) {
    boolean isSame(Known other) {
      return configs.configs().equals(other.configs.configs());
    }
  }

  /**
   * @param name of the config source
   * @param hint runs when something differs
   */
  ChangeListener(String name, Runnable hint) {
    this.name = name;
    this.hint = hint;
  }

  /** Listens to changes of what a look found, from now on. */
  synchronized void listen(NacosHttp http, ConfigReader.Configs configs) {
    if (closed) {
      return;
    }
    known = new Known(known == null ? 1 : known.look + 1, http, configs);
    notifyAll();
    if (thread == null) {
      Thread started = new Thread(this::run, "configs-" + name + "-listen");
      started.setDaemon(true);
      thread = started;
      started.start();
    }
  }

  private void run() {
    try {
      while (true) {
        Known now = await(0, Duration.ZERO);
        if (now == null) {
          return;
        }
        Duration pause = listen(now);
        if (!pause.isZero()) {
          LOG.debug("config source {}: listens again in {}", name, pause);
          pause(pause);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks once; returns how long to wait before the next time. */
  private Duration listen(Known now) throws InterruptedException {
    if (now.configs.configs().isEmpty() || now.configs.configs().size() > MAX_LISTENED) {
      return MIN_WAIT;
    }
    long begin = System.nanoTime();
    try {
      boolean differs =
          now.http.get("listener", ConfigApi.LISTENER, Map.of("Listening-Configs", question(now)))
                  instanceof GetResult.Data<String> answer
              && !answer.value().isBlank();
      if (!differs) {
        boolean waited = System.nanoTime() - begin > MIN_WAIT.toNanos();
        return waited ? Duration.ZERO : AFTER_NONSENSE;
      }
      hint.run();
      Known next = await(now.look, AFTER_NONSENSE);
      return next == null || next.isSame(now) ? AFTER_NONSENSE : Duration.ZERO;
    } catch (NacosReadException e) {
      LOG.debug("config source {}: changes arrive with the list only: {}", name, e.getMessage());
      return e.fault() == NacosReadException.Fault.UNREACHABLE ? AFTER_NONSENSE : AFTER_REFUSAL;
    }
  }

  private static String question(Known now) {
    StringBuilder lines = new StringBuilder();
    now.configs
        .configs()
        .forEach(
            (id, config) -> {
              lines.append(id.dataId()).append(WORD_END).append(id.group()).append(WORD_END);
              lines.append(config.md5());
              String namespace = now.configs.api().spelled(id.namespace());
              if (!namespace.isEmpty()) {
                lines.append(WORD_END).append(namespace);
              }
              lines.append(LINE_END);
            });
    return lines.toString();
  }

  /** Returns what is known since a later look, or in time; null once it is closed. */
  private synchronized @Nullable Known await(long look, Duration limit)
      throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!closed) {
      long millis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
      if (known != null && (known.look > look || millis <= 0)) {
        return known;
      }
      wait(Math.max(1, millis));
    }
    return null;
  }

  private synchronized void pause(Duration length) throws InterruptedException {
    long deadline = System.nanoTime() + length.toNanos();
    long millis = length.toMillis();
    while (!closed && millis > 0) {
      wait(millis);
      millis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
    }
  }

  /** Ends the thread; what it waits for, its client, must be closed before. */
  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closed = true;
      running = thread;
      notifyAll();
    }
    if (running == null) {
      return;
    }
    running.interrupt();
    try {
      running.join(MAX_CLOSING.toMillis());
      if (running.isAlive()) {
        LOG.warn("config source {}: its listener did not end and is left behind", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
