package io.fairlead.server.config;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A registry type whose configuration has a component of every kind that the SPI allows. */
final class SampleFactory implements RegistryAdapterFactory<SampleFactory.Sample> {
  /** The way the sample adapter reads. */
  enum Mode {
    FAST,
    VERY_SLOW
  }

  /** A nested record. */
  record Login(String user, Secret password) {}

  /** The configuration. */
  record Sample(
      List<URI> addresses,
      @Nullable Integer limit,
      @Nullable Boolean strict,
      @Nullable Mode mode,
      @Nullable Map<String, String> labels,
      @Nullable Duration interval,
      @Nullable Path folder,
      @Nullable Secret token,
      @Nullable TlsFiles tls,
      @Nullable Login login,
      int rate) {
    Sample {
      if (rate % 2 != 0) {
        throw new IllegalArgumentException("rate: " + rate + " (expected: an even number)");
      }
    }
  }

  @Override
  public String type() {
    return "sample";
  }

  @Override
  public Class<Sample> configurationType() {
    return Sample.class;
  }

  @Override
  public String configurationSchema() {
    return """
        {
          "type": "object",
          "required": ["addresses", "rate"],
          "properties": {
            "addresses": {"type": "array", "minItems": 1, "items": {"type": "string"},
                          "description": "Where it is."},
            "limit": {"type": "integer", "minimum": 1, "maximum": 9},
            "strict": {"type": "boolean"},
            "mode": {"enum": ["fast", "very-slow"]},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "interval": {"type": "string"},
            "folder": {"type": "string"},
            "token": {"oneOf": [{"required": ["env"]}, {"required": ["file"]}]},
            "tls": {"type": "object"},
            "login": {
              "type": "object",
              "required": ["user", "password"],
              "additionalProperties": false,
              "properties": {"user": {"$ref": "#/$defs/user"}, "password": {"type": "object"}}
            },
            "rate": {"type": "integer"}
          },
          "$defs": {"user": {"type": "string", "minLength": 2}}
        }
        """;
  }

  @Override
  public String defaultHost() {
    return "{service}.sample";
  }

  @Override
  public Set<String> variables() {
    return Set.of("shelf");
  }

  @Override
  public RegistryAdapter create(AdapterContext context, Sample configuration) {
    throw new UnsupportedOperationException("only its configuration is tested");
  }
}
