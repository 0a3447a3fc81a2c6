package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HealthMapperTest {
  private static ServiceHealth map(String json) {
    return map(json, Optional.empty());
  }

  private static ServiceHealth map(String json, Optional<String> tagged) {
    try {
      return new HealthMapper(tagged, AddressChoice.SERVICE, Proxies.LEAVE_OUT)
          .map(new JsonMapper().readTree(json.replace('\'', '"')));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  /** One instance {@code n/i}; more fields of the service and the checks are given. */
  private static String entry(String service, String checks) {
    return "{'Node':{'Node':'n','Address':'10.0.0.9','Datacenter':'dc1'},'Service':{'ID':'i',"
        + "'Service':'web','Port':80"
        + (service.isEmpty() ? "" : "," + service)
        + "},'Checks':["
        + checks
        + "]}";
  }

  private static String check(String id, String status) {
    return "{'CheckID':'%s','Status':'%s'}".formatted(id, status);
  }

  private static Instance only(ServiceHealth health) {
    assertThat(health.instances()).hasSize(1);
    return health.instances().get(0);
  }

  @ParameterizedTest
  @CsvSource({
    "passing,passing,READY,7",
    "passing,warning,READY,3",
    "warning,passing,READY,3",
    "passing,critical,UNHEALTHY,7",
    "critical,warning,UNHEALTHY,7",
    "passing,unheard-of,UNHEALTHY,7"
  })
  void map_takesTheWorstCheckAndItsWeight(
      String one, String other, Availability availability, double weight) {
    Instance instance =
        only(
            map(
                "["
                    + entry(
                        "'Weights':{'Passing':7,'Warning':3}",
                        check("a", one) + "," + check("b", other))
                    + "]"));
    assertThat(instance.availability()).isEqualTo(availability);
    assertThat(instance.weight()).isEqualTo(weight);
  }

  @ParameterizedTest
  @ValueSource(strings = {"_node_maintenance", "_service_maintenance:i"})
  void map_maintenanceOutranksCritical(String check) {
    String checks = check(check, "critical") + "," + check("a", "critical");
    assertThat(only(map("[" + entry("", checks) + "]")).availability())
        .isEqualTo(Availability.MAINTENANCE);
  }

  @Test
  void map_maintenanceOfAnotherInstanceIsAnOrdinaryCheck() {
    String checks = check("_service_maintenance:other", "critical");
    assertThat(only(map("[" + entry("", checks) + "]")).availability())
        .isEqualTo(Availability.UNHEALTHY);
  }

  @Test
  void map_identityIsNodeAndServiceId() {
    assertThat(only(map("[" + entry("", "") + "]")).id()).isEqualTo("n/i");
  }

  @Test
  void map_addressFallsBackToTheNode() {
    assertThat(only(map("[" + entry("", "") + "]")).address()).isEqualTo("10.0.0.9");
    assertThat(only(map("[" + entry("'Address':''", "") + "]")).address()).isEqualTo("10.0.0.9");
    assertThat(only(map("[" + entry("'Address':'10.1.1.1'", "") + "]")).address())
        .isEqualTo("10.1.1.1");
  }

  @Test
  void map_taggedAddressWinsWhereThereIsOne() {
    String tagged =
        "'Address':'10.1.1.1','TaggedAddresses':{'wan':{'Address':'8.8.8.8','Port':99}}";
    Instance wan = only(map("[" + entry(tagged, "") + "]", Optional.of("wan")));
    assertThat(wan.address()).isEqualTo("8.8.8.8");
    assertThat(wan.port()).isEqualTo(99);
    Instance lan = only(map("[" + entry(tagged, "") + "]", Optional.of("lan")));
    assertThat(lan.address()).isEqualTo("10.1.1.1");
    assertThat(lan.port()).isEqualTo(80);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",'Port':0", ",'Port':null"})
  void map_taggedAddressWithoutAPort_keepsTheServicesPort(String port) {
    String tagged =
        "'Address':'10.1.1.1','TaggedAddresses':{'wan':{'Address':'203.0.113.11'" + port + "}}";
    Instance instance = only(map("[" + entry(tagged, "") + "]", Optional.of("wan")));
    assertThat(instance.address()).isEqualTo("203.0.113.11");
    assertThat(instance.port()).isEqualTo(80);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'TaggedAddresses':null",
        "'TaggedAddresses':{}",
        "'TaggedAddresses':{'wan':null}",
        "'TaggedAddresses':{'wan':{'Address':'','Port':99}}",
        "'TaggedAddresses':{'wan':{'Address':null,'Port':99}}"
      })
  void map_taggedAddressWithoutAnAddress_isNone(String tagged) {
    String service = "'Address':'10.1.1.1'," + tagged;
    Instance instance = only(map("[" + entry(service, "") + "]", Optional.of("wan")));
    assertThat(instance.address()).isEqualTo("10.1.1.1");
    assertThat(instance.port()).isEqualTo(80);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'Weights':null",
        "'Weights':{}",
        "'Weights':{'Passing':0,'Warning':0}",
        "'Weights':{'Passing':null,'Warning':null}"
      })
  void map_weightThatWasNotSaid_isOne(String weights) {
    for (String status : new String[] {"passing", "warning", "critical"}) {
      assertThat(only(map("[" + entry(weights, check("a", status)) + "]")).weight())
          .as(status)
          .isEqualTo(1);
    }
  }

  @Test
  void map_onlyTheWeightForPassing_doesNotEmptyTheInstanceAtAWarning() {
    String weights = "'Weights':{'Passing':5,'Warning':0}";
    assertThat(only(map("[" + entry(weights, check("a", "warning")) + "]")).weight()).isEqualTo(1);
    assertThat(only(map("[" + entry(weights, check("a", "passing")) + "]")).weight()).isEqualTo(5);
  }

  @Test
  void map_nullsOfGo_areNoValues() {
    String nulls =
        "'Kind':null,'Address':null,'Tags':null,'Meta':{'k':null},'Locality':null,'Ports':null";
    Instance instance = only(map("[" + entry(nulls, "") + "]"));
    assertThat(instance.address()).isEqualTo("10.0.0.9");
    assertThat(instance.port()).isEqualTo(80);
    assertThat(instance.metadata()).isEqualTo(Map.of("k", ""));
    String checks = entry("", "").replace("'Checks':[]", "'Checks':null");
    assertThat(only(map("[" + checks + "]")).availability()).isEqualTo(Availability.READY);
  }

  @Test
  void map_identityIgnoresCase_andTheNewerSpellingOfAnInstanceCounts() {
    String old = entry("'ModifyIndex':20,'Address':'10.1.1.1'", "");
    String now =
        entry("'ModifyIndex':21,'Address':'10.1.1.2'", "")
            .replace("'ID':'i'", "'ID':'I'")
            .replace("'Node':'n'", "'Node':'N'");
    for (String both : new String[] {old + "," + now, now + "," + old}) {
      Instance instance = only(map("[" + both + "]"));
      assertThat(instance.id()).isEqualTo("n/i");
      assertThat(instance.address()).isEqualTo("10.1.1.2");
    }
  }

  @Test
  void map_creationIsThatOfTheOldestInstance() {
    String first = entry("'CreateIndex':30", "");
    String second = entry("'CreateIndex':12", "").replace("'ID':'i'", "'ID':'j'");
    String unsaid = entry("'CreateIndex':0", "").replace("'ID':'i'", "'ID':'k'");
    assertThat(map("[" + first + "," + second + "," + unsaid + "]").creationIndex())
        .isEqualTo(OptionalLong.of(12));
    assertThat(map("[" + unsaid + "]").creationIndex()).isEqualTo(OptionalLong.empty());
  }

  @Test
  void map_namedPortsGiveTheDefaultOne() {
    String ports =
        "'Port':0,'Ports':[{'Name':'admin','Port':1,'Default':false},"
            + "{'Name':'http','Port':2,'Default':true}]";
    assertThat(only(map("[" + entry(ports, "") + "]")).port()).isEqualTo(2);
  }

  @Test
  void map_localityOfTheServiceElseOfTheNode() {
    String own = "'Locality':{'Region':'r','Zone':'z'}";
    assertThat(only(map("[" + entry(own, "") + "]")).locality())
        .isEqualTo(new Locality("r", "z", ""));
    String ofNode =
        entry("", "").replace("'Datacenter'", "'Locality':{'Region':'nr'},'Datacenter'");
    assertThat(only(map("[" + ofNode + "]")).locality()).isEqualTo(new Locality("nr", "", ""));
    assertThat(only(map("[" + entry("", "") + "]")).locality()).isEqualTo(Locality.NONE);
  }

  @Test
  void map_leavesOutProxiesAndGateways() {
    assertThat(map("[" + entry("'Kind':'connect-proxy'", "") + "]").isEmpty()).isTrue();
    assertThat(map("[" + entry("'Kind':''", "") + "]").isEmpty()).isFalse();
  }

  @Test
  void map_tagsAreThoseOfEachInstance() {
    String two =
        "["
            + entry("'Tags':['b','a','x','a']", "")
            + ","
            + entry("'Tags':null,'Meta':null", "").replace("'ID':'i'", "'ID':'j'")
            + "]";
    assertThat(map(two).instances())
        .extracting(Instance::tags)
        .containsExactly(List.of("a", "b", "x"), List.of());
  }

  @Test
  void map_ordersInstancesById() {
    String first = entry("", "");
    String second = entry("", "").replace("'ID':'i'", "'ID':'h'");
    assertThat(map("[" + first + "," + second + "]"))
        .isEqualTo(map("[" + second + "," + first + "]"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[1]",
        "[{}]",
        "[{'Node':{'Node':'n'}}]",
        "[{'Node':{'Node':'n'},'Service':{'Service':'web'}}]",
        "[{'Node':{'Node':7},'Service':{'ID':'i'}}]",
        "'text'"
      })
  void map_refusesWhatTheApiDoesNotPromise(String json) {
    assertThatThrownBy(() -> map(json)).isInstanceOf(MalformedAnswerException.class);
  }
}
