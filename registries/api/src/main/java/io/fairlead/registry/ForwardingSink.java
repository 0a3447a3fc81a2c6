package io.fairlead.registry;

import java.time.Duration;
import java.util.List;

/**
 * A sink that passes everything on to another one. A subclass overrides what it also looks at.
 * Called as the sink's contract says.
 */
public abstract class ForwardingSink implements RegistrySink {
  private final RegistrySink sink;

  protected ForwardingSink(RegistrySink sink) {
    this.sink = sink;
  }

  @Override
  public void resync(ReadOutcome outcome) {
    sink.resync(outcome);
  }

  @Override
  public void changed(Service service) {
    sink.changed(service);
  }

  @Override
  public void removed(ServiceId id) {
    sink.removed(id);
  }

  @Override
  public void alive() {
    sink.alive();
  }

  @Override
  public void failing(String problem, Throwable cause) {
    sink.failing(problem, cause);
  }

  @Override
  public void readTook(Duration took) {
    sink.readTook(took);
  }

  @Override
  public void holding(List<Hold> holds) {
    sink.holding(holds);
  }

  @Override
  public void notices(List<Notice> notices) {
    sink.notices(notices);
  }

  @Override
  public void load(RegistryLoad load) {
    sink.load(load);
  }
}
