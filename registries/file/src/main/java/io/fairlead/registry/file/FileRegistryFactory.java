package io.fairlead.registry.file;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;

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

  @Override
  public RegistryAdapter create(AdapterContext context, FileConfiguration configuration) {
    return new FileAdapter(context, configuration);
  }
}
