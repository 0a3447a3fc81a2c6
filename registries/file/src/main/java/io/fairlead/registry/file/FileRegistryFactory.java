package io.fairlead.registry.file;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;
import java.util.List;

/** The factory of adapters of the registry type {@code file}. */
public final class FileRegistryFactory implements RegistryAdapterFactory<FileConfiguration> {
  /** Called by {@link java.util.ServiceLoader}. */
  public FileRegistryFactory() {}

  @Override
  public String type() {
    return "file";
  }

  @Override
  public Class<FileConfiguration> configurationType() {
    return FileConfiguration.class;
  }

  /**
   * {@inheritDoc}
   *
   * <p>For files it is {@code {service}.{namespace}.file}. A service without a namespace becomes
   * {@code {service}.file}: a variable that is empty disappears together with its dot.
   */
  @Override
  public String defaultHost() {
    return "{service}.{namespace}.file";
  }

  /**
   * {@inheritDoc}
   *
   * <p>Each file that cannot be used, and each service that is in two places.
   */
  @Override
  public List<String> problems(FileConfiguration configuration) {
    return ServicesCheck.problems(configuration.path());
  }

  @Override
  public RegistryAdapter create(AdapterContext context, FileConfiguration configuration) {
    return new FileAdapter(context, configuration);
  }
}
