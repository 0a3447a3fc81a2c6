package io.fairlead.registry.eureka;

import io.fairlead.common.KeyedRecord;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Builds configurations for tests; what is not said is the default. */
final class Configurations {
  private final Map<String, Object> values = new HashMap<>();

  static Configurations at(URI... addresses) {
    return new Configurations().with("addresses", List.of(addresses));
  }

  Configurations with(String key, Object value) {
    values.put(key, value);
    return this;
  }

  EurekaConfiguration build() {
    return KeyedRecord.of(EurekaConfiguration.class).with(values);
  }
}
