package io.fairlead.conversion;

import static io.fairlead.conversion.Services.instance;
import static io.fairlead.conversion.Services.reasons;
import static io.fairlead.conversion.Services.served;
import static io.fairlead.conversion.Services.service;
import static io.fairlead.conversion.Services.tagged;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProtocolChoiceTest {
  private static final Instance PLAIN = instance("10.0.0.1", 80);

  private static String protocol(Service service) {
    return served(service).getPorts(0).getProtocol();
  }

  private static String protocol(Map<String, String> instanceMetadata) {
    return protocol(service("web", instance("10.0.0.1", 80, instanceMetadata)));
  }

  private static List<Finding> findings(Map<String, String> instanceMetadata) {
    return Services.convert(service("web", instance("10.0.0.1", 80, instanceMetadata))).findings();
  }

  @ParameterizedTest
  @CsvSource({
    "http, HTTP, http",
    "HTTP2, HTTP2, http2",
    "h2c, HTTP2, http2",
    "' Https ', HTTPS, https",
    "grpc, GRPC, grpc",
    "grpc-web, GRPC-WEB, grpc-web",
    "tri, GRPC, grpc",
    "triple, GRPC, grpc",
    "dubbo, TCP, tcp",
    "tls, TLS, tls",
    "mongo, MONGO, mongo",
    "redis, REDIS, redis",
    "mysql, MYSQL, mysql"
  })
  void convert_protocolInMetadata_givesProtocolAndPortName(
      String given, String protocol, String name) {
    assertThat(served(service("web", Map.of("protocol", given), PLAIN)).getPorts(0))
        .isEqualTo(
            ServicePort.newBuilder().setNumber(80).setProtocol(protocol).setName(name).build());
    assertThat(protocol(Map.of("protocol", given))).isEqualTo(protocol);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http_proxy", "UnsupportedProtocol", "quic", "h\u0131tp"})
  void convert_unknownProtocol_isTheConfiguredOneAndCounted(String given) {
    Map<String, String> metadata = Map.of("protocol", given);
    Converter converter = new Converter(Services.policy().protocol("http").build());
    Conversion conversion = converter.convert(service("web", metadata, PLAIN));
    assertThat(Services.entry(conversion).entry().getPorts(0).getProtocol()).isEqualTo("HTTP");
    assertThat(conversion.findings())
        .containsExactly(new Finding(Reason.PROTOCOL_UNKNOWN, "web", given));
  }

  @Test
  void convert_nothingSaid_isTheConfiguredOne() {
    assertThat(protocol(Map.of())).isEqualTo("TCP");
    assertThat(protocol(Map.of("protocol", " "))).isEqualTo("TCP");
  }

  @ParameterizedTest
  @CsvSource({
    "grpc, GRPC",
    "GRPC, GRPC",
    "protocol=http2, HTTP2",
    "secure=true, HTTPS",
    "gRPC_port=80, GRPC",
    "primary, TCP",
    "protocol=, TCP",
    "=grpc, TCP"
  })
  void convert_tag_saysTheProtocol(String tag, String protocol) {
    assertThat(protocol(tagged(List.of("other", tag), PLAIN))).isEqualTo(protocol);
  }

  @Test
  void convert_severalTags_preferTheExplicitThenTheAlphabet() {
    assertThat(protocol(tagged(List.of("http", "grpc"), PLAIN))).isEqualTo("GRPC");
    assertThat(protocol(tagged(List.of("grpc", "protocol=http"), PLAIN))).isEqualTo("HTTP");
  }

  @Test
  void convert_serviceAndInstances_serviceIsFirst() {
    assertThat(
            protocol(
                service(
                    "web",
                    Map.of("protocol", "grpc"),
                    instance("10.0.0.1", 80, Map.of("protocol", "http")))))
        .isEqualTo("GRPC");
  }

  @Test
  void convert_instancesDisagree_mostThenTheConfiguredOneDecide() {
    Instance http = instance("10.0.0.1", 80, Map.of("protocol", "http"));
    Instance grpc = instance("10.0.0.2", 80, Map.of("protocol", "grpc"));
    Instance sickHttp =
        new Instance(
            "sick",
            "10.0.0.3",
            80,
            1,
            Availability.UNHEALTHY,
            Locality.NONE,
            Map.of("protocol", "http"));
    assertThat(protocol(service("web", http, grpc))).isEqualTo("TCP");
    assertThat(protocol(service("web", http, grpc, sickHttp))).isEqualTo("HTTP");
    assertThat(protocol(service("web", http, grpc, PLAIN))).isEqualTo("TCP");
    assertThat(Services.convert(service("web", http, grpc, sickHttp)).findings())
        .contains(new Finding(Reason.PROTOCOL_OVERRULED, "10.0.0.2:80", "grpc"));
  }

  @Test
  void convert_oneInstanceAmongOthers_doesNotDecideTheProtocol() {
    for (String other : List.of("http", "grpc", "https", "udp")) {
      Service service =
          service(
              "web",
              instance("10.0.0.1", 80),
              instance("10.0.0.2", 80),
              instance("10.0.0.3", 80, Map.of("protocol", other)));
      assertThat(protocol(service)).as(other).isEqualTo("TCP");
      assertThat(Services.convert(service).findings())
          .containsExactly(new Finding(Reason.PROTOCOL_OVERRULED, "10.0.0.3:80", other));
    }
  }

  @Test
  void convert_oneInstanceWithoutTheTag_changesNothing() {
    Instance[] three = {
      withTags("10.0.0.1", "http", "v1"),
      withTags("10.0.0.2", "v2", "http"),
      withTags("10.0.0.3", "v2")
    };
    assertThat(protocol(service("web", three[0], three[1]))).isEqualTo("HTTP");
    assertThat(protocol(service("web", three))).isEqualTo("HTTP");
    assertThat(protocol(service("web", three[0], three[2]))).isEqualTo("TCP");
    assertThat(protocol(service("web", withTags("10.0.0.1", "protocol=grpc")))).isEqualTo("GRPC");
  }

  private static Instance withTags(String address, String... tags) {
    return new Instance(
        address, address, 80, 1, Availability.READY, Locality.NONE, Map.of(), List.of(tags));
  }

  @Test
  void convert_instanceThatIsNoEndpoint_hasNoSay() {
    Service service =
        service(
            "web",
            instance("10.0.0.1", 80, Map.of("protocol", "http")),
            instance("127.0.0.1", 80, Map.of("protocol", "grpc")),
            instance("10.0.0.3", 0, Map.of("protocol", "grpc")),
            instance("", 80, Map.of("protocol", "grpc")));
    assertThat(protocol(service)).isEqualTo("HTTP");
  }

  @ParameterizedTest
  @ValueSource(strings = {"udp", "UDP", " Udp "})
  void convert_udp_isRefusedAndCounted(String spelling) {
    String dubbo = "[{\"port\":80,\"protocol\":\"" + spelling.strip() + "\"}]";
    for (Service service :
        List.of(
            service("web", Map.of("protocol", spelling), PLAIN),
            service("web", instance("10.0.0.1", 80, Map.of("protocol", spelling))),
            service("web", instance("10.0.0.1", 80, Map.of("dubbo.endpoints", dubbo))),
            service("web", withTags("10.0.0.1", spelling)),
            service("web", withTags("10.0.0.1", "protocol=" + spelling)),
            tagged(List.of(spelling), PLAIN))) {
      Conversion conversion = Services.convert(service);
      assertThat(conversion).as("%s", service).isInstanceOf(Conversion.Refused.class);
      assertThat(Services.reasons(conversion)).containsExactly(Reason.UDP_NOT_SERVED);
    }
    Converter converter = new Converter(Services.policy().protocol(spelling.strip()).build());
    assertThat(Services.reasons(converter.convert(service("web", PLAIN))))
        .containsExactly(Reason.UDP_NOT_SERVED);
  }

  @Test
  void convert_tcpAndUdpTags_areServedAsTcp() {
    assertThat(protocol(tagged(List.of("udp", "tcp"), PLAIN))).isEqualTo("TCP");
  }

  @ParameterizedTest
  @CsvSource({
    "protocol, grpc, metadata protocol of most instances",
    "secure, true, metadata secure of most instances",
    "gRPC_port, 80, metadata gRPC_port of most instances",
    "preserved.register.source, DUBBO, metadata preserved.register.source of most instances",
    "version, v1, 'default, as the registry has no protocol configured'"
  })
  void convert_protocol_comesWithItsOrigin(String key, String value, String origin) {
    assertThat(
            origins(Services.policy(), service("web", instance("10.0.0.1", 80, Map.of(key, value))))
                .protocol())
        .isEqualTo(origin);
  }

  @Test
  void convert_protocolOfServiceTagOrConfiguration_comesWithItsOrigin() {
    assertThat(
            origins(Services.policy(), service("web", Map.of("protocol", "http"), PLAIN))
                .protocol())
        .isEqualTo("metadata protocol of the service");
    assertThat(origins(Services.policy(), tagged(List.of("grpc"), PLAIN)).protocol())
        .isEqualTo("tag of the service");
    assertThat(origins(Services.policy().protocol("http"), service("web", PLAIN)).protocol())
        .isEqualTo("protocol: of the registry");
  }

  private static Origins origins(ConversionPolicy.Builder policy, Service service) {
    return ((Conversion.Converted) new Converter(policy.build()).convert(service)).origins();
  }

  @Test
  void convert_grpcPortThatIsThePort_isGrpc() {
    assertThat(protocol(Map.of("gRPC_port", "80"))).isEqualTo("GRPC");
    assertThat(findings(Map.of("gRPC_port", "80"))).isEmpty();
  }

  @Test
  void convert_grpcPortBesidesThePort_isNotServedAndCounted() {
    assertThat(protocol(Map.of("gRPC_port", "9090"))).isEqualTo("TCP");
    assertThat(findings(Map.of("gRPC_port", "9090")))
        .containsExactly(
            new Finding(Reason.SECOND_PORT_NOT_SERVED, "10.0.0.1:80", "gRPC_port=9090"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"9090:meta.gRPC_port/grpc", "9090:7070", "9090:meta.grpc/grpc"})
  void convert_secondPortToWhichARuleLeads_isServed(String port) {
    Map<String, Object> rule = Map.of("traffic", Map.of("extraPorts", List.of(port)));
    Map<String, String> second =
        Map.of(
            "gRPC_port",
            "7070",
            "grpc",
            "7070",
            "dubbo.endpoints",
            "[{\"port\":7070,\"protocol\":\"tri\"}]");
    Service byInstance = service("web", instance("10.0.0.1", 80, second));
    Service byService = service("web", second, instance("10.0.0.1", 80));

    for (Service service : List.of(byInstance, byService)) {
      assertThat(GivenRules.converter(rule).convertAll(service))
          .singleElement()
          .satisfies(one -> assertThat(reasons(one)).doesNotContain(Reason.SECOND_PORT_NOT_SERVED));
    }
  }

  @Test
  void convert_secondPortBesidesThoseOfRules_isNotServedAndCounted() {
    Map<String, Object> rule =
        Map.of("traffic", Map.of("extraPorts", List.of("9090", "9091:7071", "9092:meta.none")));

    assertThat(
            GivenRules.converter(rule)
                .convertAll(service("web", instance("10.0.0.1", 80, Map.of("gRPC_port", "9090"))))
                .get(0)
                .findings())
        .contains(new Finding(Reason.SECOND_PORT_NOT_SERVED, "10.0.0.1:80", "gRPC_port=9090"));
  }

  @Test
  void convert_grpcPortThatIsNoNumber_isCounted() {
    assertThat(findings(Map.of("gRPC_port", "x")))
        .containsExactly(new Finding(Reason.METADATA_UNREADABLE, "10.0.0.1:80", "gRPC_port=x"));
  }

  @Test
  void convert_dubboEndpoints_sayTheProtocolOfThePort() {
    String endpoints =
        "[{\"port\":80,\"protocol\":\"tri\"},{\"protocol\":\"dubbo\",\"port\":20880,\"x\":{}}]";
    assertThat(protocol(Map.of("dubbo.endpoints", endpoints))).isEqualTo("GRPC");
    assertThat(findings(Map.of("dubbo.endpoints", endpoints)))
        .containsExactly(
            new Finding(Reason.SECOND_PORT_NOT_SERVED, "10.0.0.1:80", "dubbo.endpoints=20880"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x", "{}", "[", "[1]", "[{\"port\":80]", "[{\"port\":99999999999}]", "[[]]"})
  void convert_dubboEndpointsThatAreNoList_areCounted(String endpoints) {
    assertThat(protocol(Map.of("dubbo.endpoints", endpoints))).isEqualTo("TCP");
    assertThat(findings(Map.of("dubbo.endpoints", endpoints)))
        .extracting(Finding::reason)
        .containsExactly(Reason.METADATA_UNREADABLE);
  }

  @Test
  void convert_secure_makesHttps() {
    assertThat(protocol(Map.of("secure", "true"))).isEqualTo("HTTPS");
    assertThat(protocol(Map.of("secure", "TRUE", "protocol", "http"))).isEqualTo("HTTPS");
    assertThat(protocol(Map.of("secure", "true", "protocol", "grpc"))).isEqualTo("GRPC");
    assertThat(protocol(Map.of("secure", "false"))).isEqualTo("TCP");
    assertThat(protocol(Map.of("secure", "true", "preserved.register.source", "SPRING_CLOUD")))
        .isEqualTo("HTTPS");
  }

  @ParameterizedTest
  @CsvSource({"SPRING_CLOUD, HTTP", "DUBBO, TCP", "OTHER, REDIS"})
  void convert_registerSource_saysTheUsualProtocol(String source, String protocol) {
    Converter converter = new Converter(Services.policy().protocol("redis").build());
    assertThat(
            Services.entry(
                    converter.convert(
                        service(
                            "web",
                            instance("10.0.0.1", 80, Map.of("preserved.register.source", source)))))
                .entry()
                .getPorts(0)
                .getProtocol())
        .isEqualTo(protocol);
  }
}
