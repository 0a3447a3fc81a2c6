package io.fairlead.server.config;

import static io.fairlead.server.config.IsolatedFactory.run;
import static io.fairlead.server.config.IsolatedFactory.within;

import io.fairlead.common.Causes;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.ConfigSourceFactory;
import java.util.List;

/**
 * A factory of a config source that was dropped in: as {@link IsolatedFactory}, what it throws
 * harms its own config source only.
 */
final class IsolatedSourceFactory<C extends Record> implements ConfigSourceFactory<C> {
  private final ConfigSourceFactory<C> factory;
  private final ClassLoader loader;
  private final String type;
  private final Class<C> configurationType;

  /** Asks the factory for what it always says; whatever it throws is thrown. */
  IsolatedSourceFactory(ConfigSourceFactory<C> factory, ClassLoader loader) {
    this.factory = factory;
    this.loader = loader;
    this.type = factory.type();
    this.configurationType = factory.configurationType();
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
  public FileContents contents(C configuration) {
    try {
      return within(loader, () -> factory.contents(configuration));
    } catch (RuntimeException | LinkageError e) {
      return new FileContents(
          List.of(), List.of("the config source could not be checked: " + Causes.of(e)));
    }
  }

  @Override
  public ConfigSource create(ConfigSourceContext context, C configuration) {
    try {
      return new IsolatedSource(
          context, within(loader, () -> factory.create(context, configuration)), loader);
    } catch (RuntimeException | LinkageError e) {
      return new FailedSource(context, "the config source could not be made: " + Causes.of(e), e);
    }
  }

  /** A config source whose threads begin with its own class loader. */
  private record IsolatedSource(
      ConfigSourceContext context, ConfigSource source, ClassLoader loader)
      implements ConfigSource {
    @Override
    public void start() {
      try {
        run(loader, source::start);
      } catch (RuntimeException | LinkageError e) {
        String problem = "the config source could not be started: " + Causes.of(e);
        new FailedSource(context, problem, e).start();
      }
    }

    @Override
    public void close() {
      run(loader, source::close);
    }
  }

  /** A config source that reads nothing: it is shown as failing. */
  private record FailedSource(ConfigSourceContext context, String problem, Throwable cause)
      implements ConfigSource {
    @Override
    public void start() {
      context.sink().failing(problem, cause);
    }

    @Override
    public void close() {}
  }
}
