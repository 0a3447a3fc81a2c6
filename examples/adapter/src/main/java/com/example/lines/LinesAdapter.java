package com.example.lines;

import io.fairlead.common.Backoff;
import io.fairlead.common.Causes;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.AdapterThread;
import io.fairlead.registry.support.MirrorOptions;
import io.fairlead.registry.support.RegistryMirror;
import io.fairlead.registry.support.RepeatedTask;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** An adapter that reads the whole list again and again. */
final class LinesAdapter implements RegistryAdapter {
  private final AdapterContext context;
  private final LinesConfiguration configuration;
  private final LinesClient client;
  private final AdapterThread thread;
  private final RegistryMirror mirror;
  // Confined to the adapter's thread.
  private final Backoff backoff =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(30), new SplittableRandom());
  private volatile @Nullable RepeatedTask reading;

  LinesAdapter(AdapterContext context, LinesConfiguration configuration) {
    this.context = context;
    this.configuration = configuration;
    this.client = new LinesClient(configuration.url());
    this.thread = new AdapterThread("lines", context.registry(), this::faulty);
    this.mirror =
        new RegistryMirror(
            context,
            thread,
            // A cache before the web server may be behind: a second answer confirms a removal.
            MirrorOptions.confirming(configuration.settle()),
            services -> readSoon());
  }

  @Override
  public void start() {
    if (reading != null) {
      throw new IllegalStateException(
          "registry " + context.registry() + ": started before (expected: once)");
    }
    reading = thread.repeat(this::read);
  }

  /** Reads the list and returns the pause until it is read again. */
  private Duration read() {
    try {
      long begin = System.nanoTime();
      List<Service> services = Lines.parse(client.read());
      context.sink().readTook(Duration.ofNanos(System.nanoTime() - begin));
      mirror.whole(services);
      backoff.reset();
      return configuration.period();
    } catch (IOException e) {
      // Never an empty list: what cannot be read has failed.
      mirror.failed(configuration.url() + ": " + Causes.of(e), e);
      return backoff.next();
    }
  }

  private void readSoon() {
    RepeatedTask task = reading;
    if (task != null) {
      task.within(Duration.ZERO);
    }
  }

  private void faulty(Throwable fault) {
    mirror.failed(configuration.url() + ": a fault in the adapter (see the log)", fault);
  }

  @Override
  public Optional<Service> reported(ServiceId id) {
    return mirror.reported(id);
  }

  @Override
  public void close() {
    // In this order: no more calls of the sink, nothing that blocks, no thread.
    mirror.close();
    client.close();
    thread.close();
  }
}
