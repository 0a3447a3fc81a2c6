package io.fairlead.configs.file;

import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.ConfigSourceFactory;

/** The factory of config sources of type {@code file}. */
public final class FileConfigSourceFactory implements ConfigSourceFactory<FileSourceConfiguration> {
  /** Called by {@link java.util.ServiceLoader}. */
  public FileConfigSourceFactory() {}

  @Override
  public String type() {
    return "file";
  }

  @Override
  public Class<FileSourceConfiguration> configurationType() {
    return FileSourceConfiguration.class;
  }

  @Override
  public ConfigSource create(ConfigSourceContext context, FileSourceConfiguration configuration) {
    return new FileConfigSource(context, configuration);
  }
}
