package io.fairlead.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.server.config.AdapterTypes;
import io.fairlead.server.config.ConfigLoader;
import io.fairlead.server.config.ConfigResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GatewaySetupTest {
  @TempDir Path folder = Path.of("");

  static List<GatewaySetup> setups() {
    return List.of(
        GatewaySetup.load(10, 2),
        GatewaySetup.load(10, 2).batched("{leading: false}").sharded(64),
        GatewaySetup.load(10, 2).withConfigs("mesh"),
        GatewaySetup.unreachable(),
        GatewaySetup.files("services", "  settle: 1ms\n"));
  }

  @ParameterizedTest
  @MethodSource("setups")
  void yaml_ofEachSetup_isAConfiguration(GatewaySetup setup) throws IOException {
    Files.createDirectories(folder.resolve("services"));
    Files.createDirectories(folder.resolve("mesh"));
    ConfigResult result =
        new ConfigLoader(AdapterTypes.installed())
            .parse(folder.resolve("fairlead.yaml"), setup.yaml(20_000, 20_001, 20_100, 20_101));
    assertThat(result).isInstanceOf(ConfigResult.Loaded.class);
  }
}
