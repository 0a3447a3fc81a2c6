package io.fairlead.registry.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.KeyedRecord;
import io.fairlead.registry.RegistryAdapterFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class FileRegistryFactoryTest {
  private static final KeyedRecord<FileConfiguration> KEYS =
      KeyedRecord.of(FileConfiguration.class);
  private static final Path PATH = Path.of("services");

  @Test
  void factory_isFoundByItsType() {
    assertThat(ServiceLoader.load(RegistryAdapterFactory.class))
        .filteredOn(factory -> factory.type().equals("file"))
        .singleElement()
        .isInstanceOf(FileRegistryFactory.class);
  }

  @Test
  void keys_areDescribedAndOnlyThePathIsRequired() {
    List<ConfigurationKey> keys = KEYS.keys();
    assertThat(keys)
        .hasSize(FileConfiguration.class.getRecordComponents().length)
        .noneMatch(key -> key.text().isEmpty());
    assertThat(keys)
        .filteredOn(ConfigurationKey::isRequired)
        .extracting(ConfigurationKey::name)
        .containsExactly("path");
  }

  @Test
  void defaultHost_hasServiceAndNamespace() {
    assertThat(new FileRegistryFactory().defaultHost()).isEqualTo("{service}.{namespace}.file");
  }

  @Test
  void configuration_leftOutTimes_haveDefaults() {
    FileConfiguration configuration = KEYS.with(Map.of("path", PATH));
    assertThat(configuration.rescan()).isEqualTo(Duration.ofSeconds(5));
    assertThat(configuration.settle()).isEqualTo(Duration.ofMillis(50));
  }

  @Test
  void configuration_timesThatCannotBe_areRefused() {
    assertThatThrownBy(() -> KEYS.with(Map.of("path", PATH, "rescan", Duration.ofMillis(99))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rescan: 99ms (expected: 100ms to 1h)");
    assertThatThrownBy(() -> KEYS.with(Map.of("path", PATH, "settle", Duration.ofSeconds(11))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("settle: 11s (expected: 0s to 10s)");
  }
}
