package io.fairlead.registry.eureka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerReaderTest {
  // As Spring Cloud's server of 2025 answers.
  private static final String INSTANCE =
      """
      {"instanceId":"host:web:8080","hostName":"host.test","app":"WEB","ipAddr":"10.0.0.1",
       "status":"UP","overriddenStatus":"UNKNOWN","port":{"$":8080,"@enabled":"true"},
       "securePort":{"$":8443,"@enabled":"false"},"countryId":1,
       "dataCenterInfo":{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"MyOwn"},
       "leaseInfo":{"renewalIntervalInSecs":30,"durationInSecs":90,"registrationTimestamp":1795712442748,
        "lastRenewalTimestamp":1795712532966,"evictionTimestamp":0,"serviceUpTimestamp":1795712442748},
       "metadata":{"@class":"java.util.Collections$EmptyMap","management.port":"9000","version":"v1"},
       "homePageUrl":"http://host.test:8080/","vipAddress":"web","secureVipAddress":"web",
       "isCoordinatingDiscoveryServer":"false","lastUpdatedTimestamp":"1795712442967",
       "lastDirtyTimestamp":"1795712442673","actionType":"MODIFIED"}
      """;

  private final Configurations configurations =
      Configurations.at(URI.create("http://127.0.0.1:1/eureka"));

  private Answer read(String body) throws IOException {
    return new AnswerReader(new InstanceMapper(configurations.build()))
        .read(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
  }

  private Registration one(String instance) throws IOException {
    return read("{\"applications\":{\"application\":[{\"name\":\"WEB\",\"instance\":["
            + instance
            + "]}]}}")
        .registrations()
        .get(0);
  }

  private Instance with(String field, String other) throws IOException {
    String changed =
        INSTANCE.replaceFirst(
            "\"" + field + "\":(\\{[^}]*\\}|\"[^\"]*\")",
            Matcher.quoteReplacement("\"" + field + "\":" + other));
    assertThat(INSTANCE).contains("\"" + field + "\":");
    return one(changed).instance();
  }

  @Test
  void read_instance() throws IOException {
    Registration registration = one(INSTANCE);
    assertThat(registration.app()).isEqualTo("web");
    assertThat(registration.status()).isEqualTo(Status.UP);
    assertThat(registration.updated()).isEqualTo(1795712442967L);
    assertThat(registration.deleted()).isFalse();
    assertThat(registration.instance())
        .isEqualTo(
            new Instance(
                "host:web:8080",
                "10.0.0.1",
                8080,
                1,
                Availability.READY,
                Locality.NONE,
                Map.of("management.port", "9000", "version", "v1")));
    assertThat(one(INSTANCE.replace("MODIFIED", "DELETED")).deleted()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'applications':{'apps__hashcode':'UP_1_','application':[{'name':'WEB','instance':[X]}]}}",
        "{'applications':{'apps__hashcode':'UP_1_','application':{'name':'WEB','instance':X}}}",
        "{'applications':{'application':{'instance':X,'name':'WEB'},'apps__hashcode':'UP_1_'}}",
        "{'more':[{}],'applications':{'versions__delta':-1,'application':[{'name':'WEB',"
            + "'instance':[X],'else':{'a':[]}}],'apps__hashcode':'UP_1_'},'last':null}"
      })
  void read_formsOfAList_areOne(String form) throws IOException {
    Answer answer = read(form.replace('\'', '"').replace("X", INSTANCE));
    assertThat(answer.hash()).contains("UP_1_");
    assertThat(answer.registrations()).containsExactly(one(INSTANCE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"applications\":{}}",
        "{\"applications\":{\"application\":[]}}",
        "{\"applications\":{\"application\":null}}",
        "{\"applications\":{\"application\":[null]}}",
        "{\"applications\":{\"application\":[{\"name\":\"WEB\"}]}}",
        "{\"applications\":{\"application\":{\"name\":\"WEB\",\"instance\":[]}}}"
      })
  void read_nothing(String body) throws IOException {
    assertThat(read(body)).isEqualTo(new Answer(Optional.empty(), List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"error\":\"x\"}",
        "{\"applications\":null}",
        "{\"applications\":[]}",
        "{\"applications\":{\"application\":\"x\"}}",
        "{\"applications\":{\"application\":[1]}}",
        "{\"applications\":{\"application\":[{\"instance\":[[]]}]}}",
        "{\"applications\":{}} {}"
      })
  void read_anotherJson_isRefused(String body) {
    assertThatThrownBy(() -> read(body))
        .isInstanceOf(EurekaException.class)
        .hasMessageContaining("(expected: Eureka's");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<applications/>",
        "{\"applications\":{\"application\":[{\"name\":\"WEB\"",
        "{\"applications\":{\"application\":[{\"name\":\"WEB\",\"instance\":[{\"a\":1",
        "{\"applications\":{}"
      })
  void read_noJson_isRefused(String body) {
    assertThatThrownBy(() -> read(body))
        .isInstanceOf(EurekaException.class)
        .hasMessageContaining("not JSON");
  }

  @ParameterizedTest
  @CsvSource({
    "UP, READY",
    "DOWN, UNHEALTHY",
    "STARTING, UNHEALTHY",
    "OUT_OF_SERVICE, DISABLED",
    "UNKNOWN, UNHEALTHY",
    "Weird, UNHEALTHY"
  })
  void read_status(String status, Availability availability) throws IOException {
    assertThat(with("status", "\"" + status + "\"").availability()).isEqualTo(availability);
  }

  @Test
  void read_ports() throws IOException {
    String both = INSTANCE.replace("\"@enabled\":\"false\"", "\"@enabled\":\"true\"");
    assertThat(one(both).instance().port()).isEqualTo(8080);
    configurations.with("preferSecurePort", true);
    assertThat(one(INSTANCE).instance().port()).isEqualTo(8080);
    assertThat(one(both).instance().port()).isEqualTo(8443);
    assertThat(one(both).instance().metadata()).containsEntry("secure", "true");
  }

  @Test
  void read_onlyOnePortOrNone() throws IOException {
    String off = "{\"$\":8080,\"@enabled\":\"false\"}";
    assertThat(with("port", off).port()).isZero();
    String secure = INSTANCE.replace("\"@enabled\":\"false\"", "\"@enabled\":true");
    Instance instance = one(secure.replace("{\"$\":8080,\"@enabled\":\"true\"}", off)).instance();
    assertThat(instance.port()).isEqualTo(8443);
    assertThat(instance.metadata()).containsEntry("secure", "true");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"$\":\"81\",\"@enabled\":\"true\"}; 81",
        "82; 82",
        "\"83\"; 83",
        "{\"$\":99999999999,\"@enabled\":true}; 0",
        "{\"$\":-1,\"@enabled\":true}; -1",
        "{\"$\":{},\"@enabled\":true}; 0",
        "[]; 0",
        "null; 0"
      })
  void read_portInEachForm(String form, int port) throws IOException {
    assertThat(with("port", form).port()).isEqualTo(port);
  }

  @Test
  void read_hostNameAsAddress() throws IOException {
    configurations.with("address", EurekaConfiguration.AddressKind.HOST_NAME);
    assertThat(one(INSTANCE).instance().address()).isEqualTo("host.test");
  }

  @Test
  void read_instanceWithoutAnId_isNamedByItsMachineElseItsHostElseItsSocket() throws IOException {
    String old = INSTANCE.replace("\"instanceId\":\"host:web:8080\",", "");
    String amazon = "\"dataCenterInfo\":{\"metadata\":{\"instance-id\":\"i-1\"}}";
    assertThat(one(old.replaceFirst("\"dataCenterInfo\":\\{[^}]*\\}", amazon)).instance().id())
        .isEqualTo("i-1");
    assertThat(one(old).instance().id()).isEqualTo("host.test");
    assertThat(one(old.replace("\"host.test\"", "null")).instance().id())
        .isEqualTo("10.0.0.1:8080");
  }

  @Test
  void read_localities() throws IOException {
    String amazon = "{\"name\":\"Amazon\",\"metadata\":{\"availability-zone\":\"eu-west-1b\"}}";
    String plain =
        INSTANCE.replaceFirst(
            "\"dataCenterInfo\":\\{[^}]*\\}",
            Matcher.quoteReplacement("\"dataCenterInfo\":" + amazon));
    assertThat(one(plain).instance().locality())
        .isEqualTo(new Locality("eu-west-1", "eu-west-1b", ""));
    assertThat(with("metadata", "{\"zone\":\"z1\"}").locality()).isEqualTo(Locality.NONE);
    assertThat(with("metadata", "{\"zone\":\"z1\",\"region\":\"r\"}").locality())
        .as("which the conversion reads")
        .isEqualTo(Locality.NONE);
    configurations.with("region", "home");
    assertThat(with("metadata", "{\"zone\":\"z1\",\"subzone\":\"rack\"}").locality())
        .isEqualTo(new Locality("home", "z1", "rack"));
    assertThat(one(INSTANCE).instance().locality()).isEqualTo(Locality.NONE);
  }

  @Test
  void read_weight() throws IOException {
    assertThat(with("metadata", "{\"weight\":\"2.5\"}").weight()).isEqualTo(2.5);
    assertThat(with("metadata", "{\"weight\":\"2.5\"}").metadata()).isEmpty();
    assertThat(with("metadata", "{\"weight\":\"heavy\"}").weight()).isEqualTo(1);
    assertThat(with("metadata", "{\"weight\":\"heavy\"}").metadata()).containsKey("weight");
  }

  @Test
  void read_oddMetadata_isText() throws IOException {
    assertThat(with("metadata", "{\"a\":1,\"b\":null,\"c\":true,\"d\":\"\"}").metadata())
        .isEqualTo(Map.of("a", "1", "b", "", "c", "true", "d", ""));
    assertThat(with("metadata", "\"x\"").metadata()).isEmpty();
    assertThat(one("{}").instance().metadata()).isEmpty();
  }
}
