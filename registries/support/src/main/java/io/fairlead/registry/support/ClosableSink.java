package io.fairlead.registry.support;

import io.fairlead.registry.ForwardingSink;
import io.fairlead.registry.Hold;
import io.fairlead.registry.Notice;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryLoad;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.List;

/**
 * A sink that passes calls on until it is closed, and drops those that come later. An adapter may
 * be closed within a call of its sink, by a task that has more to tell: its parts have this sink,
 * so none of them has to look before each call. {@link #close} returns at once, also while a call
 * is under way; thread-safe as far as the sink is.
 */
public final class ClosableSink extends ForwardingSink implements AutoCloseable {
  private volatile boolean closed;

  public ClosableSink(RegistrySink sink) {
    super(sink);
  }

  @Override
  public void resync(ReadOutcome outcome) {
    if (!closed) {
      super.resync(outcome);
    }
  }

  @Override
  public void changed(Service service) {
    if (!closed) {
      super.changed(service);
    }
  }

  @Override
  public void removed(ServiceId id) {
    if (!closed) {
      super.removed(id);
    }
  }

  @Override
  public void alive() {
    if (!closed) {
      super.alive();
    }
  }

  @Override
  public void failing(String problem, Throwable cause) {
    if (!closed) {
      super.failing(problem, cause);
    }
  }

  @Override
  public void readTook(Duration took) {
    if (!closed) {
      super.readTook(took);
    }
  }

  @Override
  public void holding(List<Hold> holds) {
    if (!closed) {
      super.holding(holds);
    }
  }

  @Override
  public void notices(List<Notice> notices) {
    if (!closed) {
      super.notices(notices);
    }
  }

  @Override
  public void load(RegistryLoad load) {
    if (!closed) {
      super.load(load);
    }
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
  }
}
