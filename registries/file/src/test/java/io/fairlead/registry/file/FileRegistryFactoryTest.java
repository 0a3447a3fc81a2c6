package io.fairlead.registry.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.registry.RegistryAdapterFactory;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class FileRegistryFactoryTest {
  private static final Path PATH = Path.of("services");

  @Test
  void factory_isFoundByItsType() {
    assertThat(ServiceLoader.load(RegistryAdapterFactory.class))
        .filteredOn(factory -> factory.type().equals("file"))
        .singleElement()
        .isInstanceOf(FileRegistryFactory.class);
  }

  @Test
  void schema_hasTheKeysOfTheConfiguration() throws IOException {
    FileRegistryFactory factory = new FileRegistryFactory();
    JsonNode schema = new ObjectMapper().readTree(factory.configurationSchema());
    assertThat(schema.get("properties").fieldNames())
        .toIterable()
        .containsExactly(
            Arrays.stream(factory.configurationType().getRecordComponents())
                .map(RecordComponent::getName)
                .toArray(String[]::new));
    assertThat(schema.get("required")).singleElement().hasToString("\"path\"");
  }

  @Test
  void defaultHost_hasServiceAndNamespace() {
    assertThat(new FileRegistryFactory().defaultHost()).isEqualTo("{service}.{namespace}.file");
  }

  @Test
  void configuration_leftOutTimes_haveDefaults() {
    FileConfiguration configuration = new FileConfiguration(PATH, null, null);
    assertThat(configuration.rescan()).isEqualTo(Duration.ofSeconds(5));
    assertThat(configuration.settle()).isEqualTo(Duration.ofMillis(50));
    assertThat(configuration).isEqualTo(new FileConfiguration(PATH));
  }

  @Test
  void configuration_timesThatCannotBe_areRefused() {
    assertThatThrownBy(() -> new FileConfiguration(PATH, Duration.ofMillis(99), null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rescan: 99ms (expected: 100ms to 1h)");
    assertThatThrownBy(() -> new FileConfiguration(PATH, null, Duration.ofSeconds(11)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("settle: 11000ms (expected: 0 to 10s)");
  }
}
