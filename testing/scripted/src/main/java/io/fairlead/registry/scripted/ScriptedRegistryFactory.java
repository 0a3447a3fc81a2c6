package io.fairlead.registry.scripted;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;

/** Makes the adapters of registries of type {@code scripted}. */
public final class ScriptedRegistryFactory
    implements RegistryAdapterFactory<ScriptedConfiguration> {
  private static final String SCHEMA =
      """
      {
        "type": "object",
        "properties": {
          "address": {
            "type": "string",
            "pattern": "^[^:]+:[0-9]+$",
            "description": "Where the test listens, HOST:PORT."
          },
          "timeout": {
            "type": "string",
            "pattern": "^[0-9]+(ms|s|m|h)$",
            "default": "2s",
            "description": "Silence after which the connection counts as lost."
          },
          "retry": {
            "type": "string",
            "pattern": "^[0-9]+(ms|s|m|h)$",
            "default": "500ms",
            "description": "Longest pause between tries to connect."
          }
        },
        "required": ["address"]
      }
      """;

  /** Called by {@link java.util.ServiceLoader}. */
  public ScriptedRegistryFactory() {}

  @Override
  public String type() {
    return "scripted";
  }

  @Override
  public Class<ScriptedConfiguration> configurationType() {
    return ScriptedConfiguration.class;
  }

  @Override
  public String configurationSchema() {
    return SCHEMA;
  }

  @Override
  public String defaultHost() {
    return "{service}.{namespace}.scripted";
  }

  @Override
  public RegistryAdapter create(AdapterContext context, ScriptedConfiguration configuration) {
    return new ScriptedAdapter(context, configuration);
  }
}
