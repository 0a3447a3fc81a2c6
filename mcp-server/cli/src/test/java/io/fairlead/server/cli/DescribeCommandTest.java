package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DescribeCommandTest extends AdminFixture {
  DescribeCommandTest() throws IOException {}

  @Test
  void describe_byIdNameHostOrResource_isOneService() {
    for (String name :
        List.of("even/web-000", "web-000", "web-0", "web-000.shop", "shop/web-000")) {
      Invocation describe = Invocation.at(80, "describe", name, "--admin", url);

      assertThat(describe.code()).as(name + ": " + describe.err()).isZero();
      assertThat(describe.out().lines())
          .startsWith("even/web-000", "outcome     served")
          .contains("host        web-000.shop", "  has it    istiod-1 (revision default)");
      assertThat(describe.out()).containsPattern("registry    even \\(file, up, last read .* ago");
      assertThat(describe.out().lines())
          .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }
  }

  @Test
  void describe_refused_saysWhyAndWhatToDo() {
    Invocation describe = Invocation.at(80, "describe", "broken", "--admin", url);

    assertThat(describe.out())
        .contains(
            "Not in the mesh, for the reasons below.",
            "RULES AND REPAIRS",
            "  no_port (refused): no instance has a port from 1 to 65535",
            "    broken: 0",
            "    -> register an instance with a legal port, or configure a number as the");
  }

  @Test
  void describe_instances_showsWhatBecameOfEach() {
    Invocation describe = Invocation.at(80, "describe", "web-000", "--admin", url);

    assertThat(describe.out().lines().map(line -> line.replaceAll(" +", " ")))
        .contains(
            "INSTANCES 1 in the registry, 0 of them served",
            " 10.0.0.2:80 unhealthy no number eu/a version=v1 second");
    assertThat(
            Invocation.of("describe", "even/web-000", "--instance", "none", "--admin", url).out())
        .contains("1 in the registry, 0 of them served, matching: 0");
  }

  @Test
  void describe_steps_showsWhatDecides() {
    Invocation describe = Invocation.at(80, "describe", "web-000", "--admin", url);

    assertThat(describe.out()).contains("STEPS\n", "host        ", "\n              by ");
  }

  @Test
  void describe_several_listsThem() {
    Invocation describe = Invocation.of("describe", "e", "--admin", url);

    assertThat(describe.code()).isEqualTo(1);
    assertThat(describe.out()).isEmpty();
    assertThat(describe.err().lines())
        .containsExactly(
            "fairlead describe: e: 2 services match (expected: REGISTRY/ID of one)",
            "  even/web-000",
            "  even/broken");
  }

  @Test
  void describe_resourceOfADocument_saysWhyItIsNotInTheMesh() {
    for (String name : List.of("VirtualService/shop/orders", "VirtualService")) {
      Invocation describe = Invocation.at(80, "describe", name, "--admin", url);

      assertThat(describe.code()).as(name + ": " + describe.err()).isZero();
      assertThat(describe.out().lines())
          .startsWith("VirtualService/shop/orders", "outcome     refused")
          .contains(
              "PROBLEMS",
              "  configs/mesh orders.yaml:9:15",
              "    spec.http[0].route[0].weight: ninety (expected: a whole number)",
              "  -> Mend the document; it is read again by itself.")
          .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
      assertThat(describe.out().replaceAll("\\s+", " "))
          .contains("Not in the mesh: every version of it that was read is refused, see below.");
    }
    assertThat(Invocation.of("describe", "shop/orders", "--admin", url).err())
        .contains(
            "shop/orders: 2 resources of documents match (expected: KIND/NAMESPACE/NAME of one)",
            "  DestinationRule/shop/orders",
            "  VirtualService/shop/orders");
    assertThat(
            Invocation.of("describe", "DestinationRule/shop/orders", "--admin", url)
                .out()
                .replaceAll("\\s+", " "))
        .contains(
            "document configs/mesh orders.yaml (priority 100, not served)",
            "configs/mesh rules.yaml has it, too, and is not served, since orders.yaml comes first"
                + " by its name.");
  }

  @Test
  void describe_nothing_fails() {
    Invocation describe = Invocation.of("describe", "none\u202e", "--admin", url);

    assertThat(describe.code()).isEqualTo(1);
    assertThat(describe.err())
        .startsWith("fairlead describe: no such service: none\\u202e (expected: a part of");
  }

  @Test
  void describe_json_hasServiceRegistryAndResource() throws IOException {
    Invocation describe = Invocation.of("describe", "web-000", "-o", "json", "--admin", url);

    JsonNode tree = JsonMapper.builder().build().readTree(describe.out());
    assertThat(tree.fieldNames()).toIterable().containsExactly("service", "registry", "resource");
    assertThat(tree.path("service").path("outcome").asText()).isEqualTo("served");
    assertThat(tree.path("registry").path("name").asText()).isEqualTo("even");
    assertThat(tree.path("resource").path("kind").asText()).isEqualTo("ServiceEntry");
    assertThat(
            JsonMapper.builder()
                .build()
                .readTree(Invocation.of("describe", "broken", "-o", "json", "--admin", url).out())
                .path("resource")
                .isNull())
        .isTrue();
  }
}
