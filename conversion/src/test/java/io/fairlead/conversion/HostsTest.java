package io.fairlead.conversion;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostsTest {
  private static final String SUFFIX = "-x[a-z2-7]{9}";

  private static Hosts hosts(String host, String namespace) {
    return new Hosts(
        ConversionPolicy.builder("dc1")
            .host(HostTemplate.parse(host))
            .namespace(HostTemplate.parse("namespace", namespace))
            .build());
  }

  private static Service service(String namespace, String group, String name) {
    return new Service(
        new ServiceId(namespace, group, name),
        Map.of("datacenter", "east"),
        Map.of(),
        List.of(),
        List.of());
  }

  private static String host(String template, String namespace, String group, String name) {
    return hosts(template, "mesh").host(service(namespace, group, name)).text();
  }

  @Test
  void host_legalName_isWhatTheTemplateGives() {
    Hosts.Named named =
        hosts("{service}.service.{datacenter}.consul", "mesh").host(service("", "", "web"));
    assertThat(named).isEqualTo(new Hosts.Named("web.service.east.consul", false));
  }

  @Test
  void host_dottedName_keepsItsDots() {
    assertThat(host("{service}.test", "", "", "api.v1")).isEqualTo("api.v1.test");
  }

  @Test
  void host_emptyVariable_disappearsWithItsDot() {
    String template = "{service}.{group}.{namespace}.test";
    assertThat(host(template, "", "", "web")).isEqualTo("web.test");
    assertThat(host(template, "", "blue", "web")).isEqualTo("web.blue.test");
    assertThat(host("{namespace}.{service}", "", "", "web")).isEqualTo("web");
  }

  @Test
  void host_unknownVariable_disappears() {
    assertThat(host("{service}.{rack}.test", "", "", "web")).isEqualTo("web.test");
  }

  @Test
  void host_registry_isCleanedWithoutSuffix() {
    Hosts hosts = new Hosts(ConversionPolicy.builder("My Registry").build());
    assertThat(hosts.host(service("", "", "web")))
        .isEqualTo(new Hosts.Named("web.my-registry", false));
  }

  @ParameterizedTest
  @CsvSource({
    "{service}.{namespace}.{group}.nacos, web.prod.pay-group.nacos",
    "{service}.{group}.nacos, web.pay-group.nacos",
    "{namespace}-x-{service}.test, prod-x-web.test",
    "{service}.{rack}.test, web.r1.test"
  })
  void host_groupAndNamespaceInUpperCase_areFolded(String template, String expected) {
    Service service =
        new Service(
            new ServiceId("PROD", "Pay-GROUP", "web"),
            Map.of("rack", "R1"),
            Map.of(),
            List.of(),
            List.of());
    assertThat(hosts(template, "mesh").host(service)).isEqualTo(new Hosts.Named(expected, false));
  }

  @Test
  void host_groupThatIsNoLabelEvenInLowerCase_keepsItsSuffix() {
    // Fixed: the hash is that of the value as the registry has it.
    String template = "{service}.{group}.test";
    assertThat(host(template, "", "Größe", "web")).matches("web" + SUFFIX + "\\.gr-e\\.test");
    assertThat(host(template, "", "Größe", "web")).isNotEqualTo(host(template, "", "größe", "web"));
    // The Kelvin sign is a K for Unicode, not for DNS.
    assertThat(host(template, "", "\u212A", "web")).isNotEqualTo(host(template, "", "k", "web"));
  }

  @Test
  void host_nameInUpperCase_neverTakesTheHostOfAnother() {
    String template = "{service}.{namespace}.nacos";
    assertThat(host(template, "PUBLIC", "", "Orders"))
        .isNotEqualTo(host(template, "PUBLIC", "", "orders"))
        .isNotEqualTo(host(template, "PUBLIC", "", "ORDERS"));
  }

  @Test
  void host_twoGroupsThatFoldToTheSame_collide() {
    String template = "{service}.{group}.nacos";
    assertThat(host(template, "", "BLUE", "web")).isEqualTo(host(template, "", "blue", "web"));
  }

  @ParameterizedTest
  @CsvSource({
    "Web, web",
    "web_1, web-1",
    "-web-, web",
    "größe, gr-e",
    "服务, service",
    "*, service",
    "a/b, a-b",
    "web-x234567abc, web-x234567abc"
  })
  void host_nameThatIsNoHost_isMadeLegalWithSuffix(String name, String legal) {
    Hosts.Named named = hosts("{service}.test", "mesh").host(service("", "", name));
    assertThat(named.text()).matches(legal + SUFFIX + "\\.test");
    assertThat(named.changed()).isTrue();
  }

  @Test
  void host_longName_isCutWithinTheLimits() {
    assertThat(host("{service}.test", "", "", "a".repeat(64)))
        .matches("a{52}" + SUFFIX + "\\.test");
    String dotted = host("{service}.test", "", "", "abc.".repeat(80) + "d");
    assertThat(dotted)
        .hasSizeLessThanOrEqualTo(253)
        .matches("abc" + SUFFIX + "(\\.abc)+\\.d\\.test");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1", "42", "0x7f000001", "a.7"})
  void host_numericLastLabel_isChanged(String name) {
    Hosts.Named named = hosts("{service}", "mesh").host(service("", "", name));
    assertThat(named.changed()).isTrue();
    assertThat(DnsText.isName(named.text())).as(named.text()).isTrue();
  }

  @Test
  void host_sameName_hasTheSameSuffixEverywhere() {
    // Fixed, so that a change of the algorithm, which renames services, does not go unseen.
    assertThat(host("{service}.test", "", "", "Web")).isEqualTo("web-xloc4qh5gr.test");
  }

  /** Every combination of short texts that mix letters, a dot and a dash. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{service}.{group}.{namespace}.test",
        "{group}.{service}.{namespace}",
        "{service}-{group}.{namespace}",
        "{group}-{service}-{namespace}.test",
        "{service}-x-{group}.{namespace}",
        "{namespace}.{group}x{service}",
        "{service}{group}.{namespace}",
        "{service}.{service}.{group}.{namespace}",
        "s-{service}.g-{group}.n-{namespace}"
      })
  void host_anyTwoServices_differ(String template) {
    Hosts hosts = hosts(template, "mesh");
    Map<String, ServiceId> owners = new HashMap<>();
    List<String> alphabet =
        template.contains("x") ? List.of("a", "x", ".", "-") : List.of("a", ".", "-");
    for (String name : texts(alphabet, 3)) {
      for (String group : texts(alphabet, 2)) {
        for (String namespace : texts(alphabet, 2)) {
          if (!name.isEmpty()) {
            Service service = service(namespace, group, name);
            String host = hosts.host(service).text();
            assertThat(owners.put(host, service.id())).as("%s: %s", host, service.id()).isNull();
          }
        }
      }
    }
  }

  @Test
  void host_illegalUnicode_staysApart() {
    assertThat(host("{service}", "", "", "\ud800")).isNotEqualTo(host("{service}", "", "", "?"));
    assertThat(host("{service}", "", "", "\ud800"))
        .isNotEqualTo(host("{service}", "", "", "\ud801"));
  }

  @ParameterizedTest
  @CsvSource({
    "{namespace}, prod, prod",
    "{namespace}, PROD, prod",
    "{namespace}-{group}, prod, prod-blue",
    "mesh, prod, mesh"
  })
  void namespace_legal_isWhatTheTemplateGives(String template, String namespace, String expected) {
    assertThat(hosts("{service}", template).namespace(service(namespace, "blue", "web")))
        .isEqualTo(new Hosts.Named(expected, false));
  }

  @Test
  void namespace_empty_isDefault() {
    assertThat(hosts("{service}", "{namespace}").namespace(service("", "", "web")))
        .isEqualTo(new Hosts.Named("default", false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Größe", "a.b", "p_1", "服务", "n-x234567abc"})
  void namespace_illegal_isMadeLegalWithSuffix(String namespace) {
    Hosts.Named named = hosts("{service}", "{namespace}").namespace(service(namespace, "", "web"));
    assertThat(named.changed()).isTrue();
    assertThat(named.text()).matches("[a-z0-9-]+" + SUFFIX).hasSizeLessThanOrEqualTo(63);
  }

  @Test
  void disambiguated_replacesOneSuffixAndKeepsTheRest() {
    ServiceId id = new ServiceId("n", "g", "Web");
    String once = Hosts.disambiguated("web-xabcdefghi.test.consul", id);
    assertThat(once).matches("web" + SUFFIX + "\\.test\\.consul");
    assertThat(once).isNotEqualTo("web-xabcdefghi.test.consul");
    assertThat(Hosts.disambiguated(once, id)).isEqualTo(once);
    assertThat(Hosts.disambiguated("web.test.consul", id)).isEqualTo(once);
    assertThat(Hosts.disambiguated("web.test.consul", new ServiceId("n", "", "gWeb")))
        .isNotEqualTo(once);
  }

  private static List<String> texts(List<String> alphabet, int most) {
    List<String> all = new ArrayList<>(List.of(""));
    List<String> last = List.of("");
    for (int i = 0; i < most; i++) {
      List<String> next = new ArrayList<>();
      for (String text : last) {
        for (String c : alphabet) {
          next.add(text + c);
        }
      }
      all.addAll(next);
      last = next;
    }
    return all;
  }
}
