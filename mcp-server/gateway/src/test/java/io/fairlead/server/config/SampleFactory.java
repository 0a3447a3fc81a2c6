package io.fairlead.server.config;

import io.fairlead.common.Key;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A registry type whose configuration has a component of every kind that the SPI allows. */
final class SampleFactory implements RegistryAdapterFactory<SampleFactory.Sample> {
  /** The way the sample adapter reads. */
  enum Mode {
    FAST,
    VERY_SLOW;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** A nested record. */
  record Login(@Key(min = "2") String user, Secret password) {}

  /** The configuration. */
  record Sample(
      @Key("Where it is") List<URI> addresses,
      @Key(min = "1", max = "9", expected = "{range}") @Nullable Integer limit,
      @Nullable Boolean strict,
      @Nullable Mode mode,
      @Nullable Map<String, String> labels,
      @Nullable Duration interval,
      @Nullable Path folder,
      @Nullable Secret token,
      @Nullable TlsFiles tls,
      @Nullable Login login,
      @Key("a value") int rate) {
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
