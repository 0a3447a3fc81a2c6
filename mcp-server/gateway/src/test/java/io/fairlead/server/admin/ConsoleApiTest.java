package io.fairlead.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The parts of the API that the console needs: filters, numbers, commits, YAML, configuration. */
class ConsoleApiTest {
  private final SampleSource source = new SampleSource(3);
  private final HttpClient client = HttpClient.newHttpClient();
  private final AdminServer server = source.serve();

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://" + server.address() + "/api/v1/" + path))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<String> response = get(path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JsonMapper.builder().build().readTree(response.body());
  }

  @ParameterizedTest
  @CsvSource({
    "outcome=refused, broken",
    "outcome=served, web-000",
    "outcome=SERVED&q=WEB, web-000",
    "reason=no_port, broken",
    "namespace=shop, web-000",
    "registry=even&outcome=refused&reason=no_port, broken"
  })
  void services_areFiltered(String query, String expected) throws Exception {
    assertThat(json("services?" + query).path("items").findValuesAsText("service"))
        .containsExactly(expected);
  }

  @ParameterizedTest
  @CsvSource({"registry=odd", "namespace=none", "outcome=damped", "outcome=served&reason=no_port"})
  void services_filteredAway(String query) throws Exception {
    assertThat(json("services?" + query).path("total").asInt()).isZero();
  }

  @Test
  void services_byWhatDoesNotExist_saysWhatDoes() throws Exception {
    HttpResponse<String> response = get("services?outcome=srved");

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("outcome: srved (expected: one of served, repaired,");
    assertThat(get("services?reason=x").body()).contains("reason: x (expected: one of ");
  }

  @Test
  void summary_countsServices() throws Exception {
    JsonNode summary = json("summary");

    assertThat(summary.path("services").asInt()).isEqualTo(2);
    assertThat(summary.path("registries").toString()).isEqualTo("{\"even\":2,\"odd\":0}");
    assertThat(summary.path("outcomes").toString()).isEqualTo("{\"served\":1,\"refused\":1}");
    assertThat(summary.path("reasons").path(0).path("reason").asText()).isEqualTo("no_port");
    assertThat(summary.path("reasons").path(0).path("services").asInt()).isEqualTo(1);
    assertThat(summary.path("namespaces").findValuesAsText("namespace"))
        .containsExactly("", "shop");
  }

  @Test
  void resource_asYaml() throws Exception {
    HttpResponse<String> response = get("resources/shop/web-001?format=yaml");

    assertThat(response.headers().firstValue("content-type")).hasValue("application/yaml");
    assertThat(response.body())
        .startsWith("apiVersion: networking.istio.io/v1\nkind: ServiceEntry\n")
        .contains("web-001.shop")
        .doesNotContain("status:");
    assertThat(get("resources/shop/web-001?format=xml").statusCode()).isEqualTo(400);
  }

  @Test
  void resource_saysFromWhichCommitItIs() throws Exception {
    long number = source.snapshot().number();

    JsonNode status = json("resources/shop/web-001").path("status");

    assertThat(status.path("commit").path("number").asLong()).isEqualTo(number);
    assertThat(status.path("commit").path("time").asText()).startsWith("20");
    assertThat(status.path("version").asText()).isNotEmpty();
  }

  @Test
  void commit_hasItsChanges() throws Exception {
    long first = source.snapshot().number();
    source.commitAnother();
    long second = source.snapshot().number();

    assertThat(json("commits").path("items").findValuesAsText("number"))
        .containsExactly(String.valueOf(second), String.valueOf(first));
    assertThat(json("commits?resource=shop/web-001").path("items").findValuesAsText("number"))
        .containsExactly(String.valueOf(first));
    JsonNode changed = json("commits/" + second);
    assertThat(changed.path("changes").findValuesAsText("change"))
        .containsExactly("added", "changed", "removed");
    assertThat(changed.path("changes").findValuesAsText("name"))
        .containsExactly("shop/another", "shop/web-000", "shop/web-002");
    assertThat(changed.path("omitted").asInt()).isZero();
  }

  @Test
  void difference_isThatOfTheTwoVersions() throws Exception {
    source.commitAnother();
    long number = source.snapshot().number();

    JsonNode difference = json("commits/" + number + "/shop/web-000");

    assertThat(difference.path("difference").asText().lines())
        .contains("-  - web-000.shop", "+  - changed.shop");
    assertThat(difference.path("before").path("yaml").asText()).contains("web-000.shop");
    assertThat(difference.path("after").path("yaml").asText()).contains("changed.shop");
    assertThat(json("commits/" + number + "/shop/web-002").path("after").isMissingNode()).isTrue();
    assertThat(json("commits/" + number + "/shop/web-000?since=" + number)).isEqualTo(difference);
  }

  @ParameterizedTest
  @CsvSource({
    "commits/x, 400, commit: x (expected: a number)",
    "commits/17, 404, commit 17 (expected: one of the last commits",
    "commits/17/a/b, 404, commit 17 (expected: one of the last commits"
  })
  void unknownCommit_isAProblem(String path, int status, String detail) throws Exception {
    HttpResponse<String> response = get(path);

    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body()).contains(detail);
  }

  @Test
  void change_thatACommitDidNotMake_isAProblem() throws Exception {
    HttpResponse<String> response = get("commits/" + source.snapshot().number() + "/shop/none");

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).contains("expected: a resource that commit");
  }

  @Test
  void registries_sayWhatTheyAreAsked() throws Exception {
    JsonNode reads = json("registries").path("items").path(0).path("reads");

    assertThat(reads.toString())
        .isEqualTo("{\"answered\":12,\"failed\":3,\"meanMillis\":5.0,\"longestMillis\":20.0}");
  }

  @Test
  void clients_thatAreBehind() throws Exception {
    assertThat(json("clients?behind=true").path("total").asInt()).isZero();
  }

  @Test
  void configuration_hasItsText() throws Exception {
    assertThat(json("configuration").path("text").asText()).isEqualTo("registries: []\n");
  }
}
