package io.fairlead.server.config;

import io.fairlead.common.Causes;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A factory of an adapter that was dropped in: it is called with the adapter's class loader as that
 * of the thread, which libraries look for, and what it throws harms its own registry only.
 */
final class IsolatedFactory<C extends Record> implements RegistryAdapterFactory<C> {
  private final RegistryAdapterFactory<C> factory;
  private final ClassLoader loader;
  private final String type;
  private final Class<C> configurationType;
  private final String defaultHost;
  private final Set<String> variables;

  /** Asks the factory for what it always says; whatever it throws is thrown. */
  IsolatedFactory(RegistryAdapterFactory<C> factory, ClassLoader loader) {
    this.factory = factory;
    this.loader = loader;
    this.type = factory.type();
    this.configurationType = factory.configurationType();
    this.defaultHost = factory.defaultHost();
    this.variables = Set.copyOf(factory.variables());
  }

  @Override
  public String type() {
    return type;
  }

  @Override
  public Class<C> configurationType() {
    return configurationType;
  }

  @Override
  public String defaultHost() {
    return defaultHost;
  }

  @Override
  public Set<String> variables() {
    return variables;
  }

  @Override
  public List<String> problems(C configuration) {
    try {
      return within(loader, () -> List.copyOf(factory.problems(configuration)));
    } catch (RuntimeException | LinkageError e) {
      return List.of("the adapter could not check it: " + Causes.of(e));
    }
  }

  @Override
  public RegistryAdapter create(AdapterContext context, C configuration) {
    try {
      return new IsolatedAdapter(
          context, within(loader, () -> factory.create(context, configuration)), loader);
    } catch (RuntimeException | LinkageError e) {
      return new FailedAdapter(context, "the adapter could not be made: " + Causes.of(e), e);
    }
  }

  /** Runs a task with a class loader as that of the thread. */
  static <T> T within(ClassLoader loader, Supplier<T> task) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return task.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** As {@link #within}, for what has no result. */
  static void run(ClassLoader loader, Runnable task) {
    Boolean done =
        within(
            loader,
            () -> {
              task.run();
              return true;
            });
    assert done;
  }

  /** An adapter whose threads begin with its own class loader. */
  private record IsolatedAdapter(
      AdapterContext context, RegistryAdapter adapter, ClassLoader loader)
      implements RegistryAdapter {
    @Override
    public void start() {
      try {
        run(loader, adapter::start);
      } catch (RuntimeException | LinkageError e) {
        new FailedAdapter(context, "the adapter could not be started: " + Causes.of(e), e).start();
      }
    }

    @Override
    public Optional<Service> reported(ServiceId id) {
      return within(loader, () -> adapter.reported(id));
    }

    @Override
    public void close() {
      run(loader, adapter::close);
    }
  }

  /** An adapter that reads nothing: its registry is shown as failing. */
  private record FailedAdapter(AdapterContext context, String problem, Throwable cause)
      implements RegistryAdapter {
    @Override
    public void start() {
      context.sink().resync(new ReadOutcome.Failed(problem, cause));
    }

    @Override
    public void close() {}
  }
}
