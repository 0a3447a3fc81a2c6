package io.fairlead.registry.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServicesReaderTest {
  private static final Path FILE = Path.of("services/a.yaml");

  private static List<LocatedService> located(String yaml) throws ServicesFileException {
    return ServicesReader.read(FILE, yaml.getBytes(StandardCharsets.UTF_8));
  }

  private static List<Service> read(String yaml) throws ServicesFileException {
    return located(yaml).stream().map(LocatedService::service).toList();
  }

  private static Instance instance(String flow) throws ServicesFileException {
    return read("services: [{name: a, instances: [" + flow + "]}]").get(0).instances().get(0);
  }

  @Test
  void read_everyKey() throws ServicesFileException {
    String yaml =
        """
        # what a person would write
        services:
        - name: reviews
          namespace: default
          metadata: {protocol: http, istio.io/rev: canary}
          instances:
          - {address: 10.0.0.1, port: 9080, weight: 2.5, healthy: false, locality: region/zone/subzone, metadata: {version: v1}}
          - id: second
            address: host.example
            port: 9081
            enabled: false
        - name: ratings
        """;
    assertThat(read(yaml))
        .containsExactly(
            new Service(
                new ServiceId("default", "", "reviews"),
                Map.of(),
                Map.of("protocol", "http", "istio.io/rev", "canary"),
                List.of(),
                List.of(
                    new Instance(
                        "10.0.0.1:9080",
                        "10.0.0.1",
                        9080,
                        2.5,
                        Availability.UNHEALTHY,
                        new Locality("region", "zone", "subzone"),
                        Map.of("version", "v1")),
                    new Instance(
                        "second",
                        "host.example",
                        9081,
                        1,
                        Availability.DISABLED,
                        Locality.NONE,
                        Map.of()))),
            new Service(
                new ServiceId("", "", "ratings"), Map.of(), Map.of(), List.of(), List.of()));
    assertThat(located(yaml))
        .extracting(LocatedService::position)
        .containsExactly(new TextPosition(3, 3), new TextPosition(12, 3));
  }

  @Test
  void read_emptyList_isNoService() throws ServicesFileException {
    assertThat(read("services: []")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    ".nan, NaN",
    ".NaN, NaN",
    ".inf, Infinity",
    "-.INF, -Infinity",
    "-1, -1",
    "0, 0",
    "0.5, 0.5",
    "10000, 10000",
    "1e3, 1000",
    "123456789012345678901234567890, 123456789012345678901234567890"
  })
  void weight_isPassedOnAsGiven(String written, double read) throws ServicesFileException {
    assertThat(instance("{address: a, port: 1, weight: " + written + "}").weight())
        .isEqualTo(Double.valueOf(read));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 70_000, -1, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void port_isPassedOnAsGiven(int port) throws ServicesFileException {
    assertThat(instance("{address: a, port: " + port + "}").port()).isEqualTo(port);
  }

  @ParameterizedTest
  @ValueSource(strings = {"''", "'not an address'", "'[::1%eth0]'", "'::1'", "1", "true", "1.10"})
  void address_isPassedOnAsWritten(String address) throws ServicesFileException {
    assertThat(instance("{address: " + address + ", port: 1}").address())
        .isEqualTo(address.replace("'", ""));
  }

  @Test
  void metadata_scalarsStayAsTheyAreWritten() throws ServicesFileException {
    assertThat(
            instance(
                    "{address: a, port: 1, metadata: {a: 1.10, b: 0x1F, c: True, d: 1_000, e: '',"
                        + " f: 2020-01-01, g: .nan, 7: yes}}")
                .metadata())
        .isEqualTo(
            Map.of(
                "a",
                "1.10",
                "b",
                "0x1F",
                "c",
                "True",
                "d",
                "1_000",
                "e",
                "",
                "f",
                "2020-01-01",
                "g",
                ".nan",
                "7",
                "yes"));
  }

  @Test
  void id_isDerivedFromAddressAndPortAndUnique() throws ServicesFileException {
    assertThat(
            read("services: [{name: a, instances: [{address: h, port: 1}, {address: h, port: 1}]}]")
                .get(0)
                .instances())
        .extracting(Instance::id)
        .containsExactly("h:1", "h:1#2");
  }

  @Test
  void aliases_areFollowed() throws ServicesFileException {
    String yaml =
        """
        services:
        - name: a
          metadata: &m {team: x}
        - name: b
          metadata: *m
        - name: c
          metadata: {<<: *m, more: y}
        """;
    assertThat(read(yaml))
        .extracting(Service::metadata)
        .containsExactly(
            Map.of("team", "x"), Map.of("team", "x"), Map.of("team", "x", "more", "y"));
  }

  @Test
  void aliasBomb_isRefused() {
    StringBuilder yaml = new StringBuilder("services:\n- name: a0\n  instances: &a0\n");
    for (int i = 0; i < 1000; i++) {
      yaml.append("  - {address: a, port: 1}\n");
    }
    for (int i = 1; i < 100_000; i++) {
      yaml.append("- {name: a").append(i).append(", instances: *a0}\n");
    }
    assertThatThrownBy(() -> read(yaml.toString()))
        .isInstanceOf(ServicesFileException.class)
        .hasMessageMatching("services/a.yaml:\\d+:\\d+: .*alias.*");
  }

  @Test
  void billionLaughs_isRefused() {
    StringBuilder yaml = new StringBuilder("services:\n- name: a\n  metadata:\n    x0: &x0 ha\n");
    yaml.append("    y0: &y0 [*x0, *x0, *x0, *x0, *x0, *x0, *x0, *x0, *x0]\n");
    for (int i = 1; i < 12; i++) {
      String before = "*y" + (i - 1);
      yaml.append("    y").append(i).append(": &y").append(i).append(" [");
      yaml.append(String.join(", ", Collections.nCopies(9, before))).append("]\n");
    }
    assertThatThrownBy(() -> read(yaml.toString())).isInstanceOf(ServicesFileException.class);
  }

  @Test
  void lineOfMegabytes_isRefused() {
    assertThatThrownBy(() -> read("services: []\n#" + "a".repeat(1 << 20)))
        .isInstanceOf(ServicesFileException.class)
        .hasMessage(
            "services/a.yaml:2:1: a very long line (expected: at most 1048576 bytes in a line)");
  }

  @Test
  void deepNesting_isRefused() {
    assertThatThrownBy(() -> read("services: " + "[".repeat(100_000)))
        .isInstanceOf(ServicesFileException.class)
        .hasMessageStartingWith("services/a.yaml:1:12: services[0]: a list");
    assertThatThrownBy(() -> read("[".repeat(100_000))).isInstanceOf(ServicesFileException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "|1:1: empty (expected: 'services:' with a list; 'services: []' for none)",
        "# nothing|1:1: empty (expected: 'services:' with a list; 'services: []' for none)",
        "{}|1:1: services: missing (expected: a list of services; [] for none)",
        "[]|1:1: a list (expected: a mapping with the key services)",
        "hello|1:1: 'hello' (expected: a mapping with the key services)",
        "services:|1:10: services: nothing (expected: a list of services; [] for none)",
        "services: {}|1:11: services: a mapping (expected: a list of services; [] for none)",
        "service: []|1:1: service: unknown key (expected: one of services)",
        "services: [a]|1:12: services[0]: 'a' (expected: a mapping with name and instances)",
        "services: [{}]|1:12: services[0].name: missing (expected: a service name)",
        "services: [{name: ''}]|1:19: services[0].name: '' (expected: a service name)",
        "services: [{name: [x]}]|1:19: services[0].name: a list (expected: a service name)",
        "services: [{name: ~}]|1:19: services[0].name: nothing (expected: a service name)",
        "services: [{name: a, name: b}]|1:22: services[0].name: given twice (expected: each key"
            + " once)",
        "services: [{name: a, host: b}]|1:22: services[0].host: unknown key (expected: one of"
            + " name, namespace, metadata, instances)",
        "services: [{name: a, instances: {}}]|1:33: services[0].instances: a mapping (expected: a"
            + " list of instances; [] for none)",
        "services: [{name: a, metadata: {k: [1]}}]|1:36: services[0].metadata.k: a list (expected:"
            + " a text; '' for an empty one)",
        "services: [{name: a, metadata: {k: }}]|1:35: services[0].metadata.k: nothing (expected: a"
            + " text; '' for an empty one)",
        "services: []\\n---\\nservices: []|3:1: a second document (expected: one document in a"
            + " file)",
      })
  void wrongFile_saysWhereAndWhatWasExpected(String yaml, String message) {
    String text = yaml == null ? "" : yaml.replace("\\n", "\n");
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(ServicesFileException.class)
        .hasMessage("services/a.yaml:" + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{port: 1}|1: services[0].instances[0].address: missing (expected: an IP address or a host"
            + " name)",
        "{address: a}|1: services[0].instances[0].port: missing (expected: a whole number)",
        "{address: a, port: '80'}|20: services[0].instances[0].port: '80' (expected: a whole number"
            + " from -2147483648 to 2147483647, as 8080)",
        "{address: a, port: 80.5}|20: services[0].instances[0].port: 80.5 (expected: a whole number"
            + " from -2147483648 to 2147483647, as 8080)",
        "{address: a, port: 3000000000}|20: services[0].instances[0].port: 3000000000 (expected: a"
            + " whole number from -2147483648 to 2147483647, as 8080)",
        "{address: a, port: 1, weight: heavy}|31: services[0].instances[0].weight: 'heavy'"
            + " (expected: a number)",
        "{address: a, port: 1, healthy: 1}|32: services[0].instances[0].healthy: 1 (expected: true"
            + " or false)",
        "{address: a, port: 1, healthy: 'true'}|32: services[0].instances[0].healthy: 'true'"
            + " (expected: true or false)",
        "{address: a, port: 1, zone: b}|23: services[0].instances[0].zone: unknown key (expected:"
            + " one of id, address, port, weight, healthy, enabled, locality, metadata)",
        "{id: x, address: a, port: 1}, {id: x, address: b, port: 1}|36: services[0].instances[1]"
            + ".id: 'x' (expected: an identity that no earlier instance of the service has)",
        "{address: a, port: 1, locality: {region: r}}|33: services[0].instances[0].locality: a"
            + " mapping (expected: region/zone/subzone)",
      })
  void wrongInstance_saysWhereAndWhatWasExpected(String flow, String message) {
    String yaml = "services: [{name: a, instances: [\n" + flow + "]}]";
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(ServicesFileException.class)
        .hasMessage("services/a.yaml:2:" + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "services: [|2:1: not YAML: ",
        "services:\\n- name: a\\n  metadata: {k: v|4:1: not YAML: ",
        "services:\\n- name: a\\n\\tmetadata: {}|3:1: not YAML: found character '\\t(TAB)'",
        "services: *nothing|1:",
      })
  void brokenYaml_saysWhere(String yaml, String message) {
    String text = yaml.replace("\\n", "\n").replace("\\t", "\t") + "\n";
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(ServicesFileException.class)
        .hasMessageStartingWith("services/a.yaml:" + message.replace("'\t", "'\\t"));
  }

  @Test
  void bytesThatAreNoText_areRefused() {
    byte[] content = {'s', ':', ' ', (byte) 0xff, (byte) 0xfe, 0};
    assertThatThrownBy(() -> ServicesReader.read(FILE, content))
        .isInstanceOf(ServicesFileException.class)
        .hasMessageContaining("not YAML");
  }

  @Property
  void read_anyText_isReadOrRefusedWithAPlace(@ForAll @StringLength(max = 200) String text) {
    try {
      located(text);
    } catch (ServicesFileException e) {
      assertThat(e).hasMessageMatching("(?s)services/a\\.yaml:\\d+:\\d+: .+");
    }
  }

  @Property
  void metadata_anyQuotedText_comesBack(@ForAll @StringLength(max = 50) String text)
      throws ServicesFileException {
    StringBuilder quoted = new StringBuilder("\"");
    text.chars().forEach(unit -> quoted.append(String.format("\\u%04x", unit)));
    String yaml = "services: [{name: a, metadata: {k: " + quoted + "\"}}]";
    assertThat(read(yaml).get(0).metadata()).containsEntry("k", text);
  }

  @Test
  void zeroValues_thatProgramsWriteForNothing_areNoValues() throws ServicesFileException {
    List<Service> services =
        read(
            """
            {"services": [{"name": "a", "namespace": "", "metadata": null, "instances": [
              {"id": "", "address": "10.0.0.1", "port": 80, "locality": "", "metadata": null},
              {"id": "", "address": "", "port": 0},
              {"id": "", "address": "10.0.0.1", "port": 81}]}]}
            """);
    assertThat(services.get(0).id()).isEqualTo(ServiceId.of("a"));
    assertThat(services.get(0).instances())
        .extracting(Instance::id)
        .containsExactly("10.0.0.1:80", ":0", "10.0.0.1:81");
    assertThat(services.get(0).instances())
        .extracting(Instance::locality)
        .containsOnly(Locality.NONE);
  }
}
