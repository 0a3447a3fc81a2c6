package io.fairlead.registry.scripted;

import io.fairlead.common.Backoff;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An adapter that follows a script. One thread, {@code scripted-REGISTRY}, connects, reads and
 * calls the sink; it owns all state but {@code thread} and {@code socket}, which {@code this}
 * guards.
 */
final class ScriptedAdapter implements RegistryAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ScriptedAdapter.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);

  private final String registry;
  private final RememberingSink sink;
  private final ScriptedConfiguration configuration;
  private final Backoff backoff;
  private final CountDownLatch closed = new CountDownLatch(1);
  private @Nullable Thread thread;
  private @Nullable Socket socket;

  ScriptedAdapter(AdapterContext context, ScriptedConfiguration configuration) {
    this.registry = context.registry();
    this.sink = new RememberingSink(context.sink());
    this.configuration = configuration;
    Duration most =
        configuration.retry().compareTo(FIRST_PAUSE) < 0 ? FIRST_PAUSE : configuration.retry();
    this.backoff = new Backoff(FIRST_PAUSE, most, new Random(registry.hashCode()));
  }

  @Override
  public synchronized void start() {
    if (isClosed() || thread != null) {
      throw new IllegalStateException("registry " + registry + ": started twice or after its end");
    }
    Thread started = new Thread(this::run, "scripted-" + registry);
    started.setDaemon(true);
    thread = started;
    started.start();
  }

  private void run() {
    try {
      do {
        long begin = System.nanoTime();
        try (Socket connected = connect()) {
          sink.readTook(Duration.ofNanos(System.nanoTime() - begin));
          follow(connected);
        } catch (IOException e) {
          if (!isClosed()) {
            LOG.debug("registry {}: connection lost", registry, e);
            sink.resync(
                new ReadOutcome.Failed(
                    configuration.address() + ": " + e + " (expected: the test)", e));
          }
        }
      } while (!closed.await(backoff.next().toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      LOG.error("registry {}: interrupted, the script is followed no more", registry, e);
      Thread.currentThread().interrupt();
    }
  }

  private Socket connect() throws IOException {
    Socket connecting = new Socket();
    // Has its descriptor from here on: else close() may find none, and connect() make one after it.
    connecting.setTcpNoDelay(true);
    synchronized (this) {
      if (isClosed()) {
        connecting.close();
        throw new IOException("closed");
      }
      // Set before it connects, so that close() need not wait for that.
      socket = connecting;
    }
    int timeout = Math.toIntExact(configuration.timeout().toMillis());
    try {
      connecting.connect(
          new InetSocketAddress(configuration.host(), configuration.port()), timeout);
      connecting.setSoTimeout(timeout);
      return connecting;
    } catch (IOException e) {
      connecting.close();
      throw e;
    }
  }

  private void follow(Socket connected) throws IOException {
    ScriptReader reader = new ScriptReader(sink, this::isClosed, backoff::reset);
    try (BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(connected.getInputStream(), StandardCharsets.UTF_8));
        BufferedWriter done =
            new BufferedWriter(
                new OutputStreamWriter(connected.getOutputStream(), StandardCharsets.UTF_8))) {
      while (true) {
        String line = lines.readLine();
        if (line == null) {
          throw new EOFException("the connection was closed");
        }
        ScriptLine step = ScriptLine.parse(line);
        reader.take(step);
        // One word for all that came together: thousands of changes a second are to be possible.
        if (!lines.ready()) {
          done.write(step.seq() + "\n");
          done.flush();
        }
      }
    }
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  @Override
  public Optional<Service> reported(ServiceId id) {
    return sink.reported(id);
  }

  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closed.countDown();
      running = thread;
      if (socket != null) {
        try {
          socket.close();
        } catch (IOException e) {
          LOG.warn("registry {}: the connection could not be closed", registry, e);
        }
      }
    }
    if (running == null || running.equals(Thread.currentThread())) {
      return;
    }
    // Outside the lock, because a call of the sink may be in flight that ends in its own time.
    try {
      running.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
