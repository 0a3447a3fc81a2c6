package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class GetCommandTest extends AdminFixture {
  GetCommandTest() throws IOException {}

  @Test
  void get_registries_asATable() {
    Invocation get = Invocation.of("get", "registries", "--admin", url, "-o", "wide");

    assertThat(get.code()).as(get.err()).isZero();
    assertThat(get.out().lines())
        .containsExactly(
            "NAME  TYPE    STATE    SERVICES  INSTANCES  REFUSED  HOLDS  CONNECTIONS  REQUESTS/S"
                + "  LAST SUCCESS          PROBLEM",
            "even  file    up       2         3          1        1      4 of 100     3.5       "
                + "  2026-01-02T03:04:05Z",
            "odd   consul  failing  0         0          0        1      4 of 100     3.5       "
                + "                        http://127.0.0.1:1: refused");
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
        .startsWith(
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
            """)
        .containsPattern(" {2}commit:\n {4}number: [0-9]+\n {4}time: ")
        .endsWith(
            """
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

    assertThat(get.out().lines().map(line -> line.replaceAll("\\d+d\\d*h?", "AGE")))
        .map(line -> line.replaceAll(" +", " "))
        .containsExactly(
            "REGISTRY SERVICE OUTCOME SINCE HOST ENDPOINTS ISTIODS FINDINGS",
            "even web-000 served AGE+ web-000.shop 0 1 of 1",
            "even broken refused AGE 0 1 of 1 no_port x1");
  }

  @Test
  void get_oneService_answersForEachIstiod() {
    Invocation get = Invocation.of("get", "services", "even/web-000", "--admin", url);

    assertThat(get.code()).as(get.err()).isZero();
    assertThat(get.out().lines())
        .containsSequence(
            "In the mesh of 1 of 1 istiod as web-000.shop without an endpoint. Merged into one entry"
                + " with odd/web; its are the first port, the labels and the visibility. Changes"
                + " since 2026-01-02T12:00:00Z are held by transaction t1 until it is released or"
                + " 2026-01-02T12:10:00Z has come.",
            "",
            "ISTIODS",
            "  has it    istiod-1 (revision default)");
    assertThat(Invocation.of("get", "services", "even/broken", "--admin", url).out())
        .contains("Not in the mesh, for the reasons below.")
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
  }

  @Test
  void get_listWithoutItems_isNoFailureAndSaysSo() {
    Invocation none = Invocation.of("get", "clients", "--admin", url);

    assertThat(none.code()).isZero();
    assertThat(none.out()).isEmpty();
    assertThat(none.err()).isEqualToIgnoringNewLines("fairlead get: clients: nothing found");
    assertThat(Invocation.of("get", "clients", "--admin", url, "-o", "json").out())
        .isEqualToIgnoringWhitespace("[]");
    assertThat(Invocation.of("get", "services", "--outcome", "held", "--admin", url).err())
        .contains("services: nothing found by these filters");
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
    assertThat(Invocation.of("get", "guards", "--admin", url, "-o", "wide").out().lines())
        .containsExactly(
            "ID     REGISTRY  STATE    HELD SERVICES  HELD ENDPOINTS  SINCE                "
                + " CONFIRMS IN",
            "odd-1  odd       holding  2 of 5         7 of 20         2026-01-02T12:00:00Z "
                + " 2026-01-02T12:05:00Z");
  }

  @Test
  void get_holds_asATableThatFitsATerminal() {
    List<String> lines = Invocation.at(80, "get", "holds", "--admin", url).out().lines().toList();

    assertThat(lines).hasSize(3).allSatisfy(line -> assertThat(line).hasSizeLessThan(80));
    assertThat(lines.get(0)).matches("ID +REGISTRY +REASON +KEPT +SINCE +AT MOST");
    assertThat(lines.get(1)).matches(" +even +outage +shop/web-007 +\\w+ +\\w+");
    assertThat(lines.get(2)).matches("odd-1 +odd +guard +2 of 5 services +\\w+ +\\w+");
    assertThat(Invocation.of("get", "holds", "even", "--admin", url, "-o", "yaml").out())
        .contains("The registry could not be reached.")
        .doesNotContain("odd");
  }

  @Test
  void get_transactions_asATable() {
    assertThat(Invocation.of("get", "transactions", "--admin", url, "-o", "wide").out().lines())
        .containsExactly(
            "ID  OPENED                ENDS IN               WAITING",
            "t1  2026-01-02T12:00:00Z  2026-01-02T12:10:00Z  3");
  }

  @Test
  void get_documents_showsEachResourceWithItsPlace() {
    assertThat(
            Invocation.at(100, "get", "documents", "--admin", url)
                .out()
                .lines()
                .map(line -> line.replaceAll(" +", " ")))
        .containsExactly(
            "KIND NAME OUTCOME ISTIODS SOURCE DOCUMENT",
            "DestinationRule shop/orders waiting 1 of 1 configs/mesh orders.yaml",
            "VirtualService shop/orders refused 1 of 1 configs/mesh orders.yaml:9:15");
    assertThat(
            Invocation.of(
                    "get", "documents", "--type", "VirtualService", "-o", "name", "--admin", url)
                .out())
        .isEqualTo("VirtualService/shop/orders\n");
  }

  @Test
  void get_configs_sayWhyOneFailsAndHowManyDocumentsAreWrong() {
    assertThat(
            Invocation.of("get", "configs", "--admin", url, "-o", "wide")
                .out()
                .lines()
                .map(line -> line.replaceAll("  +", " | ").strip()))
        .containsExactly(
            "NAME | TYPE | STATE | DOCUMENTS | RESOURCES | ERRORS | WARNINGS | HOLDS | LAST SUCCESS"
                + " | PROBLEM",
            "mesh | file | failing | 3 | 2 | 1 | 1 | 0 | 2026-01-02T12:00:00Z | mesh: does not"
                + " exist");
  }

  @Test
  void get_refused_showsDocumentsWithTheirPlace() {
    assertThat(
            Invocation.of(
                    "get", "refused", "--registry", "configs/mesh", "--admin", url, "-o", "wide")
                .out())
        .contains(
            "orders.yaml:9:15: spec.http[0].route[0].weight: ninety (expected: a whole number)");
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

  @Test
  void get_onANarrowTerminal_cutsAndLeavesOutTheLeastImportant() {
    for (String kind :
        List.of("problems", "registries", "resources", "services", "refused", "guards", "holds")) {
      for (int columns : new int[] {80, 60}) {
        Invocation get = Invocation.at(columns, "get", kind, "--admin", url);

        assertThat(get.out().lines().skip(1)).as(kind).isNotEmpty();
        assertThat(get.out().lines())
            .as(kind + " at " + columns)
            .allSatisfy(line -> assertThat(DisplayWidth.of(line)).isLessThanOrEqualTo(columns));
      }
    }
    assertThat(Invocation.at(60, "get", "registries", "--admin", url).err())
        .contains("no room for")
        .contains("-o wide shows all");
  }

  @Test
  void get_toAProgram_isWhole() {
    assertThat(Invocation.of("get", "problems", "--admin", url).out())
        .contains("The registry cannot be read: http://127.0.0.1:1: refused");
  }

  @Test
  void get_names_areOneALine() {
    assertThat(Invocation.of("get", "services", "-o", "name", "--admin", url).out().lines())
        .containsExactly("even/web-000", "even/broken");
    assertThat(Invocation.of("get", "guards", "-o", "name", "--admin", url).out().lines())
        .containsExactly("odd-1");
    assertThat(Invocation.of("get", "resources", "-o", "name", "--admin", url).out().lines())
        .containsExactly("shop/web-000", "shop/web-001", "shop/web-002");
  }

  @Test
  void get_filters_narrow() {
    assertThat(names("services", "--outcome", "refused")).containsExactly("even/broken");
    assertThat(names("services", "--reason", "NO_PORT")).containsExactly("even/broken");
    assertThat(names("services", "--registry", "odd")).isEmpty();
    assertThat(names("services", "--namespace", "shop")).containsExactly("even/web-000");
    assertThat(names("services", "-q", "WEB")).containsExactly("even/web-000");
    assertThat(names("resources", "--registry", "odd")).containsExactly("shop/web-001");
    assertThat(names("resources", "--type", "Sidecar")).isEmpty();
    assertThat(names("registries", "--type", "consul")).containsExactly("odd");
    assertThat(names("holds", "--reason", "guard")).containsExactly("odd");
    assertThat(names("problems", "--registry", "odd"))
        .containsExactly("removals_held", "registry_failing");
  }

  private List<String> names(String kind, String option, String value) {
    return Invocation.of("get", kind, option, value, "-o", "name", "--admin", url)
        .out()
        .lines()
        .toList();
  }

  @Test
  void get_filterThatTheKindLacks_isWrongUse() {
    Invocation wrong = Invocation.of("get", "clients", "--outcome", "held", "--admin", url);

    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err())
        .contains("--outcome: not for clients (expected: with documents, services, refused)");
  }

  @Test
  void get_json_hasTheShapeThatScriptsKnow() {
    assertThat(Invocation.of("get", "transactions", "-o", "json", "--admin", url).out())
        .isEqualToIgnoringWhitespace(
            """
            [ { "id" : "t1", "opened" : "2026-01-02T12:00:00Z",
                "expires" : "2026-01-02T12:10:00Z", "waiting" : 3 } ]
            """);
  }

  @Test
  void get_onATerminalWithColours_marksStates() {
    Terminal coloured = new Terminal(80, true, false);

    assertThat(Invocation.on(coloured, "get", "registries", "--admin", url).out())
        .contains("\u001b[31mfailing\u001b[0m", "\u001b[32mup\u001b[0m");
  }

  @Test
  void get_watch_printsEachChange() throws Exception {
    StringWriter out = new StringWriter();
    Thread watch =
        new Thread(
            () ->
                Main.run(
                    Terminal.NONE,
                    new PrintWriter(out),
                    new PrintWriter(new StringWriter()),
                    "get",
                    "transactions",
                    "-w",
                    "-o",
                    "name",
                    "--admin",
                    url));
    watch.start();
    try {
      await().atMost(Duration.ofMinutes(1)).until(() -> out.toString().contains("now t1"));
      source.transactions("t1", "t9");
      await().atMost(Duration.ofMinutes(1)).until(() -> out.toString().contains("added t9"));
      source.transactions("t9");
      await().atMost(Duration.ofMinutes(1)).until(() -> out.toString().contains("removed t1"));
    } finally {
      watch.interrupt();
      watch.join();
    }
    assertThat(out.toString().lines()).containsExactly("now t1", "added t9", "removed t1");
  }

  @Test
  void replicas_sayWhoIsUnreachableOrDiffers() {
    source.addReplicas(Instant.now().minusSeconds(3660));
    Invocation get = Invocation.of("get", "replicas", "--admin", url);

    assertThat(get.code()).as(get.err()).isZero();
    List<String> lines = get.out().lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(1)).matches("gw-0 +http://10.0.0.1:15014 +ready +[0-9a-f]{8} +2 +.*");
    assertThat(lines.get(2)).contains("ready, differs for 1h1m  01234567");
    assertThat(lines.get(3)).contains("unreachable for 1h1m");
  }
}
