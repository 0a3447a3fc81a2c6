package io.fairlead.configs.support;

import io.fairlead.common.Backoff;
import io.fairlead.common.Causes;
import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.registry.support.AdapterThread;
import io.fairlead.registry.support.RepeatedTask;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A config source that looks at its store again and again. A look reads and reports; one that fails
 * is reported and repeated after a growing pause, and one that throws what nobody expected is
 * logged, and all is reported again.
 *
 * <p>One thread, {@code configs-NAME}, looks and calls the sink; it owns all state but {@code
 * looks}, which {@code this} guards.
 */
public abstract class PolledConfigSource implements ConfigSource {
  private final String name;
  private final AdapterThread thread;
  private final ConfigSink sink;
  private final DocumentReport report;
  private final Backoff backoff =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(15), new SplittableRandom());
  private volatile boolean closed;

  private @Nullable RepeatedTask looks;

  /** Creates one that reads nothing before it is started. */
  protected PolledConfigSource(ConfigSourceContext context) {
    this.name = context.name();
    this.sink = new UntilClosed(context.sink());
    this.report = new DocumentReport(sink, System::nanoTime);
    this.thread =
        AdapterThread.named(
            "configs-" + name,
            "config source " + name,
            fault -> {
              report.forget();
              sink.failing("a fault in the config source: " + Causes.of(fault), fault);
            });
  }

  /**
   * Reads the store and reports what is there, on the source's thread.
   *
   * @return how long to wait until the next look
   * @throws IOException if the store cannot be read; its message says to people what happened, with
   *     the address
   */
  protected abstract Duration look() throws IOException, InterruptedException;

  /**
   * Ends what a look waits for and frees what it opened; called once or more, by any thread. Looks
   * that are under way or begin after that must end at once.
   */
  protected abstract void release();

  /** Returns how long to wait after a look that failed. */
  protected Duration pauseAfterFailure() {
    return backoff.next();
  }

  /** Returns the report that looks use. */
  protected final DocumentReport report() {
    return report;
  }

  /** Whether the source was closed; then nothing needs to be read any more. */
  protected final boolean isClosed() {
    return closed;
  }

  /** Has the next look be soon, because of a hint that something changed; any thread. */
  protected final void lookSoon() {
    RepeatedTask task;
    synchronized (this) {
      task = looks;
    }
    if (task != null) {
      task.within(Duration.ZERO);
    }
  }

  @Override
  public final synchronized void start() {
    if (closed || looks != null) {
      throw new IllegalStateException("config source " + name + ": started twice or after its end");
    }
    looks = thread.repeat(this::lookOnce);
  }

  @Override
  public final void close() {
    synchronized (this) {
      closed = true;
    }
    release();
    // Outside the lock, because a call of the sink may be under way.
    thread.close();
  }

  private Duration lookOnce() throws InterruptedException {
    try {
      Duration pause = look();
      backoff.reset();
      return pause;
    } catch (IOException e) {
      sink.failing(String.valueOf(e.getMessage()), e);
      return pauseAfterFailure();
    }
  }

  /** A sink that is told nothing more once the source was closed. */
  private final class UntilClosed implements ConfigSink {
    private final ConfigSink told;

    UntilClosed(ConfigSink told) {
      this.told = told;
    }

    @Override
    public void resync(Collection<ConfigDocument> all) {
      if (!closed) {
        told.resync(all);
      }
    }

    @Override
    public void changed(Collection<ConfigDocument> put, Collection<String> removed) {
      if (!closed) {
        told.changed(put, removed);
      }
    }

    @Override
    public void alive() {
      if (!closed) {
        told.alive();
      }
    }

    @Override
    public void failing(String problem, Throwable cause) {
      if (!closed) {
        told.failing(problem, cause);
      }
    }
  }
}
