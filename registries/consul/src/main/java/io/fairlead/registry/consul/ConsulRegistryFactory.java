package io.fairlead.registry.consul;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The factory of adapters of the registry type {@code consul}. */
public final class ConsulRegistryFactory implements RegistryAdapterFactory<ConsulConfiguration> {
  private static final String SCHEMA = "consul.schema.json";

  /** Called by {@link java.util.ServiceLoader}. */
  public ConsulRegistryFactory() {}

  @Override
  public String type() {
    return "consul";
  }

  @Override
  public Class<ConsulConfiguration> configurationType() {
    return ConsulConfiguration.class;
  }

  @Override
  public String configurationSchema() {
    try (InputStream in = ConsulRegistryFactory.class.getResourceAsStream(SCHEMA)) {
      if (in == null) {
        throw new IllegalStateException(SCHEMA + ": not in the jar (expected: beside the factory)");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(SCHEMA + ": cannot be read", e);
    }
  }

  @Override
  public String defaultHost() {
    return "{service}.service.{datacenter}.consul";
  }

  @Override
  public RegistryAdapter create(AdapterContext context, ConsulConfiguration configuration) {
    return new ConsulAdapter(context, configuration);
  }
}
