package io.fairlead.registry.file;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;

/** The factory of adapters of the registry type {@code file}. */
public final class FileRegistryFactory implements RegistryAdapterFactory<FileConfiguration> {
  private static final String SCHEMA =
      """
      {
        "type": "object",
        "properties": {
          "path": {
            "type": "string",
            "minLength": 1,
            "description": "A folder, of which every *.yaml and *.yml below is read, or one file; relative to the configuration file."
          },
          "rescan": {
            "type": "string",
            "pattern": "^[0-9]+(ms|s|m|h)$",
            "default": "5s",
            "description": "Time between looks at the files that need no event; 100ms to 1h."
          },
          "settle": {
            "type": "string",
            "pattern": "^[0-9]+(ms|s|m|h)$",
            "default": "50ms",
            "description": "Quiet time after an event before the files are read; up to 10s."
          }
        },
        "required": ["path"]
      }
      """;

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

  @Override
  public String configurationSchema() {
    return SCHEMA;
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
