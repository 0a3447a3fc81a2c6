package io.fairlead.conversion;

import static io.fairlead.conversion.Services.convert;
import static io.fairlead.conversion.Services.entry;
import static io.fairlead.conversion.Services.instance;
import static io.fairlead.conversion.Services.policy;
import static io.fairlead.conversion.Services.reasons;
import static io.fairlead.conversion.Services.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortsTest {
  private static Instance[] instances(int... ports) {
    return IntStream.range(0, ports.length)
        .mapToObj(i -> instance("10.6.0." + (i + 1), ports[i]))
        .toArray(Instance[]::new);
  }

  private static int port(Conversion conversion) {
    return entry(conversion).entry().getPorts(0).getNumber();
  }

  private static int port(Service service) {
    return port(convert(service));
  }

  private static int port(int... ports) {
    return port(service("dyn", instances(ports)));
  }

  @Test
  void convert_drawnPorts_keepOnePortWhicheverInstanceIsReplaced() {
    Conversion before = convert(service("dyn", instances(21001, 25002, 30003)));
    Conversion after = convert(service("dyn", instances(27777, 25002, 30003)));
    assertThat(entry(after).withoutEndpoints()).isEqualTo(entry(before).withoutEndpoints());
    assertThat(entry(after).entry().getEndpointsList())
        .extracting(WorkloadEntry::getPortsMap)
        .containsExactly(Map.of("tcp", 27777), Map.of("tcp", 25002), Map.of("tcp", 30003));
    assertThat(before.findings())
        .containsExactly(new Finding(Reason.PORT_UNDECIDED, "dyn", "1, the usual one of tcp"));
    assertThat(Reason.PORT_UNDECIDED.advice()).contains("port:", "service-port");
  }

  @ParameterizedTest
  @CsvSource({
    "http, 80",
    "http2, 80",
    "grpc, 80",
    "grpc-web, 80",
    "https, 443",
    "tls, 443",
    "redis, 6379",
    "mongo, 27017",
    "mysql, 3306",
    "tcp, 1"
  })
  void convert_drawnPorts_haveTheUsualPortOfTheProtocol(String protocol, int port) {
    Service service = service("dyn", Map.of("protocol", protocol), instances(21001, 25002, 30003));
    assertThat(port(service)).isEqualTo(port);
  }

  @Test
  void convert_strictMajority_isThePort() {
    assertThat(port(8080)).isEqualTo(8080);
    assertThat(port(27017)).isEqualTo(27017);
    assertThat(port(9090, 9090, 8080)).isEqualTo(9090);
    assertThat(port(20880, 20880, 20881)).isEqualTo(20880);
    assertThat(port(9090, 9090, 8080, 8081)).isEqualTo(1);
    assertThat(reasons(service("dyn", instances(9090, 9090, 8080)))).isEmpty();
  }

  @Test
  void convert_halfOnEachOfTwoPorts_isTheLowerUnlessOneWasDrawn() {
    assertThat(port(8081, 8080)).isEqualTo(8080);
    assertThat(port(25001, 25001, 25000, 25000)).isEqualTo(25000);
    assertThat(port(25001, 25000)).isEqualTo(1);
    assertThat(port(8080, 25000)).isEqualTo(1);
    assertThat(convert(service("dyn", instances(8081, 8080))).findings())
        .containsExactly(
            new Finding(Reason.PORT_UNDECIDED, "dyn", "8080, the lower of two that half have"));
  }

  @Test
  void convert_servicePort_isTheOwnersWord() {
    Instance[] drawn = instances(21001, 25002, 30003);
    assertThat(port(service("dyn", Map.of("service-port", " 9000 "), drawn))).isEqualTo(9000);
    Service tagged =
        new Service(
            service("dyn").id(), Map.of(), Map.of(), List.of("service-port=9000"), List.of(drawn));
    assertThat(port(tagged)).isEqualTo(9000);
    Instance one = instance("10.0.0.1", 21001, Map.of("service-port", "9000"));
    Instance two = instance("10.0.0.2", 25002, Map.of("service-port", "9000"));
    Instance other = instance("10.0.0.3", 30003, Map.of("service-port", "9001"));
    assertThat(port(service("dyn", one, two, other))).isEqualTo(9000);
    assertThat(port(service("dyn", one, other))).isEqualTo(1);
    Converter fixed = new Converter(policy().port(new PortRule.Fixed(80)).build());
    assertThat(port(fixed.convert(service("dyn", one, two)))).isEqualTo(9000);
    assertThat(port(fixed.convert(service("dyn", one, other)))).isEqualTo(80);
    assertThat(reasons(service("dyn", Map.of("service-port", "9000"), drawn))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "0", "65536", "-1"})
  void convert_servicePortThatIsNone_isCountedAndPassedOver(String port) {
    Conversion conversion = convert(service("dyn", Map.of("service-port", port), instances(8080)));
    assertThat(port(conversion)).isEqualTo(8080);
    assertThat(conversion.findings())
        .containsExactly(new Finding(Reason.METADATA_UNREADABLE, "dyn", "service-port=" + port));
  }

  @Test
  void convert_servicePort_isNoLabelOfEveryEndpoint() {
    Conversion conversion =
        convert(service("dyn", Map.of("service-port", "9000"), instances(8080)));
    assertThat(entry(conversion).entry().getEndpoints(0).getLabelsMap()).isEmpty();
  }

  @Test
  void convert_instanceThatIsNoEndpoint_hasNoSay() {
    assertThat(
            port(
                service(
                    "dyn",
                    instance("10.0.0.1", 8080),
                    instance("127.0.0.1", 9090),
                    instance("", 9090),
                    instance("10.0.0.4", 0))))
        .isEqualTo(8080);
  }

  @Test
  void convert_instanceRegisteredTwice_hasOneSay() {
    Instance stale = instance("10.0.0.1", 9090);
    assertThat(port(service("dyn", stale, stale, instance("10.0.0.2", 8080)))).isEqualTo(8080);
  }

  @Test
  void convert_noInstanceThatCouldBeAnEndpoint_keepsThePort() {
    Conversion conversion = convert(service("dyn", instance("127.0.0.1", 9090)));
    assertThat(port(conversion)).isEqualTo(9090);
    assertThat(entry(conversion).entry().getEndpointsCount()).isZero();
  }

  @Test
  void convert_port_comesWithItsOrigin() {
    assertThat(origin(service("dyn", instances(8080, 8080)))).isEqualTo("all instances have it");
    assertThat(origin(service("dyn", instances(8080, 8080, 1)))).isEqualTo("most instances");
    assertThat(origin(service("dyn", Map.of("service-port", "1"), instances(8080))))
        .isEqualTo("service-port of the service");
    assertThat(origin(service("dyn", instances(21001, 25002))))
        .isEqualTo("the usual one of tcp, as no port is that of most");
  }

  private static String origin(Service service) {
    return ((Conversion.Converted) convert(service)).origins().port();
  }
}
