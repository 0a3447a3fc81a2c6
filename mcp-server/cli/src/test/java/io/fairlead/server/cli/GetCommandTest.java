package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.FreePorts;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class GetCommandTest extends AdminFixture {
  GetCommandTest() throws IOException {}

  @Test
  void get_registries_asATable() {
    Invocation get = Invocation.of("get", "registries", "--admin", url);

    assertThat(get.code()).as(get.err()).isZero();
    assertThat(get.out().lines())
        .containsExactly(
            "NAME  TYPE    STATE    SERVICES  INSTANCES  REFUSED  LAST SUCCESS          PROBLEM",
            "even  file    up       2         3          1        2026-01-02T03:04:05Z",
            "odd   consul  failing  0         0          0                             "
                + " http://127.0.0.1:1: refused");
  }

  @Test
  void get_resources_asJson() {
    Invocation get = Invocation.of("get", "resources", "--admin", url, "-o", "json");

    assertThat(get.out()).startsWith("[").contains("\"shop/web-002\"");
  }

  @Test
  void get_oneResource_asYaml() {
    Invocation get = Invocation.of("get", "resources", "shop/web-001", "--admin", url);

    assertThat(get.out())
        .isEqualTo(
            """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata:
              name: web-001
              namespace: shop
              labels:
                fairlead.io/registry: odd
              creationTimestamp: "2020-01-01T00:00:00Z"
            spec:
              hosts:
              - web-001.shop
            status:
              clients:
              - node: istiod-1
                revision: default
                has: true
                since: "2026-01-02T12:00:00Z"
                reason: acknowledged
            """);
  }

  @Test
  void get_services_showsHowManyIstiodsHaveEach() {
    Invocation get = Invocation.of("get", "services", "--admin", url);

    assertThat(get.out().lines())
        .contains(
            "REGISTRY  SERVICE  OUTCOME  HOST          ENDPOINTS  ISTIODS  FINDINGS",
            "even      web-000  served   web-000.shop  0          1 of 1");
  }

  @Test
  void get_oneService_answersForEachIstiod() {
    Invocation get = Invocation.of("get", "services", "even/web-000", "--admin", url);

    assertThat(get.code()).as(get.err()).isZero();
    assertThat(get.out().lines())
        .containsExactly(
            "In the mesh of 1 of 1 istiods as web-000.shop without an endpoint. Changes since"
                + " 2026-01-02T12:00:00Z are held by transaction t1 until it is released or"
                + " 2026-01-02T12:10:00Z has come.",
            "",
            "has it     istiod-1 (revision default)",
            "           acknowledged, since 2026-01-02T12:00:00Z");
    assertThat(Invocation.of("get", "services", "even/broken", "--admin", url).out())
        .startsWith("Not in the mesh, for the reasons below.")
        .contains("no_port");
  }

  @Test
  void get_nameThatNothingHas_saysSoAndFails() {
    for (String kind : new String[] {"services", "clients", "guards", "registries", "refused"}) {
      Invocation get = Invocation.of("get", kind, "none", "--admin", url);

      assertThat(get.code()).as(kind).isEqualTo(1);
      assertThat(get.out()).isEmpty();
      assertThat(get.err()).startsWith("fairlead get: " + kind + ": no such name: none");
    }
    // Nothing at all is no mistake.
    assertThat(Invocation.of("get", "clients", "--admin", url).code()).isZero();
  }

  @Test
  void get_addressWithoutAScheme_isHttp() {
    assertThat(Invocation.of("get", "guards", "--admin", url.substring("http://".length())).code())
        .isZero();
  }

  @Test
  void get_unknownResource_fails() {
    Invocation get = Invocation.of("get", "resources", "shop/none", "--admin", url);

    assertThat(get.code()).isEqualTo(1);
    assertThat(get.out()).isEmpty();
    assertThat(get.err())
        .startsWith("fairlead get: resources: no such name: shop/none (expected: the name of one");
    assertThat(Invocation.of("get", "resources", "none", "--admin", url).err())
        .startsWith("fairlead get: resources: no such name: none");
  }

  @Test
  void get_guards_asATable() {
    assertThat(Invocation.of("get", "guards", "--admin", url).out().lines())
        .containsExactly(
            "ID     REGISTRY  STATE    HELD SERVICES  HELD ENDPOINTS  SINCE                 CONFIRMS",
            "odd-1  odd       holding  2 of 5         7 of 20         2026-01-02T12:00:00Z "
                + " 2026-01-02T12:05:00Z");
  }

  @Test
  void get_holds_asATableThatFitsATerminal() {
    List<String> lines = Invocation.of("get", "holds", "--admin", url).out().lines().toList();

    assertThat(lines).hasSize(3).allSatisfy(line -> assertThat(line).hasSizeLessThan(80));
    assertThat(lines.get(0)).matches("ID +REGISTRY +REASON +KEPT +SINCE +AT MAX_CHARACTERS");
    assertThat(lines.get(1)).matches(" +even +outage +shop/web-007 +\\w+ +\\w+");
    assertThat(lines.get(2)).matches("odd-1 +odd +guard +2 of 5 services +\\w+ +\\w+");
    assertThat(Invocation.of("get", "holds", "even", "--admin", url, "-o", "yaml").out())
        .contains("The registry could not be reached.")
        .doesNotContain("odd");
  }

  @Test
  void get_transactions_asATable() {
    assertThat(Invocation.of("get", "transactions", "--admin", url).out().lines())
        .containsExactly(
            "ID  OPENED                EXPIRES               WAITING",
            "t1  2026-01-02T12:00:00Z  2026-01-02T12:10:00Z  3");
  }

  @Test
  void get_refused_byName() {
    Invocation get = Invocation.of("get", "refused", "bro", "--admin", url, "-o", "yaml");

    assertThat(get.out()).contains("service: broken").contains("reason: no_port");
  }

  @Test
  void get_noGateway_fails() {
    Invocation get =
        Invocation.of("get", "clients", "--admin", "http://127.0.0.1:" + FreePorts.next());

    assertThat(get.code()).isEqualTo(1);
    assertThat(get.err()).contains("not reachable").contains("--admin");
  }

  @Test
  void get_unknownKind_isWrongUse() {
    assertThat(Invocation.of("get", "everything").code()).isEqualTo(2);
  }
}
