package io.fairlead.conversion;

import static io.fairlead.conversion.Services.addresses;
import static io.fairlead.conversion.Services.convert;
import static io.fairlead.conversion.Services.entry;
import static io.fairlead.conversion.Services.instance;
import static io.fairlead.conversion.Services.policy;
import static io.fairlead.conversion.Services.reasons;
import static io.fairlead.conversion.Services.served;
import static io.fairlead.conversion.Services.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConverterTest {
  @Test
  void convert_plainService_isServedWhole() {
    Instant created = Instant.parse("2020-01-01T00:00:00Z");
    Converter converter =
        new Converter(
            ConversionPolicy.builder("dc1")
                .host(HostTemplate.parse("{service}.service.{datacenter}.consul"))
                .namespace(HostTemplate.parse("namespace", "consul"))
                .exportTo(List.of("team-a", ".", "team-a"))
                .protocol("http")
                .createTime(created)
                .build());
    Service service =
        new Service(
            ServiceId.of("web"),
            Map.of("datacenter", "east"),
            Map.of("istio.io/rev", "canary", "team", "red"),
            List.of(),
            List.of(
                new Instance(
                    "b",
                    "10.0.0.2",
                    9090,
                    3,
                    Availability.READY,
                    new Locality("r", "z", ""),
                    Map.of()),
                new Instance(
                    "a",
                    "10.0.0.1",
                    8080,
                    1,
                    Availability.READY,
                    Locality.NONE,
                    Map.of("version", "v1", "team", "blue"))));

    Conversion conversion = converter.convert(service);

    assertThat(conversion.findings())
        .containsExactly(
            new Finding(Reason.PORT_UNDECIDED, "web", "8080, the lower of two that half have"));
    assertThat(conversion.service()).isEqualTo(service.id());
    ConvertedEntry entry = entry(conversion);
    assertThat(entry.namespace()).isEqualTo("consul");
    assertThat(entry.name()).isEqualTo("web.service.east.consul");
    assertThat(entry.labels())
        .isEqualTo(Map.of("fairlead.io/registry", "dc1", "istio.io/rev", "canary"));
    assertThat(entry.annotations()).isEmpty();
    assertThat(entry.revisions()).containsExactly("canary");
    assertThat(entry.createTime()).isEqualTo(created);
    assertThat(entry.entry())
        .isEqualTo(
            ServiceEntry.newBuilder()
                .addHosts("web.service.east.consul")
                .addPorts(
                    ServicePort.newBuilder().setNumber(8080).setName("http").setProtocol("HTTP"))
                .setLocation(ServiceEntry.Location.MESH_INTERNAL)
                .setResolution(ServiceEntry.Resolution.STATIC)
                .addEndpoints(
                    WorkloadEntry.newBuilder()
                        .setAddress("10.0.0.1")
                        .putLabels("team", "blue")
                        .putLabels("version", "v1")
                        .setWeight(1))
                .addEndpoints(
                    WorkloadEntry.newBuilder()
                        .setAddress("10.0.0.2")
                        .putPorts("http", 9090)
                        .putLabels("team", "red")
                        .setLocality("r/z")
                        .setWeight(3))
                .addExportTo("team-a")
                .addExportTo(".")
                .build());
  }

  @Test
  void convert_noInstances_isRefused() {
    assertThat(convert(service("web")))
        .isEqualTo(
            new Conversion.Refused(
                ServiceId.of("web"), List.of(new Finding(Reason.NO_PORT, "web", "no instances"))));
  }

  @Test
  void convert_noLegalPort_isRefused() {
    assertThat(convert(service("web", instance("10.0.0.1", 0), instance("10.0.0.2", 65536))))
        .isEqualTo(
            new Conversion.Refused(
                ServiceId.of("web"), List.of(new Finding(Reason.NO_PORT, "web", ""))));
  }

  @Test
  void convert_noInstancesWithFixedPort_isServedWithoutEndpoints() {
    Converter converter = new Converter(policy().port(new PortRule.Fixed(80)).build());
    ServiceEntry entry = entry(converter.convert(service("web"))).entry();
    assertThat(entry.getPorts(0).getNumber()).isEqualTo(80);
    assertThat(entry.getEndpointsCount()).isZero();
    assertThat(entry.getResolution()).isEqualTo(ServiceEntry.Resolution.STATIC);
  }

  @Test
  void convert_noReadyInstance_isServedWithoutEndpoints() {
    Conversion conversion =
        convert(
            service(
                "web",
                instance("a", "10.0.0.1", 80, Availability.UNHEALTHY),
                instance("b", "10.0.0.2", 80, Availability.UNHEALTHY),
                instance("c", "10.0.0.3", 80, Availability.DISABLED),
                instance("d", "10.0.0.4", 80, Availability.MAINTENANCE)));
    assertThat(entry(conversion).entry().getEndpointsCount()).isZero();
    assertThat(conversion.findings())
        .containsExactly(
            new Finding(Reason.UNHEALTHY, "a", "", 2),
            new Finding(Reason.DISABLED, "c", ""),
            new Finding(Reason.MAINTENANCE, "d", ""));
  }

  @Test
  void convert_differentPorts_takesTheOneThatMostHave() {
    ServiceEntry entry =
        served(
            service(
                "web",
                instance("10.0.0.1", 9090),
                instance("10.0.0.2", 9090),
                instance("10.0.0.3", 8080)));
    assertThat(entry.getPorts(0).getNumber()).isEqualTo(9090);
    assertThat(entry.getEndpointsList())
        .extracting(WorkloadEntry::getPortsMap)
        .containsExactly(Map.of(), Map.of(), Map.of("tcp", 8080));
  }

  @Test
  void convert_equallyManyPorts_takesTheLower() {
    assertThat(
            served(service("web", instance("10.0.0.1", 9090), instance("10.0.0.2", 8080)))
                .getPorts(0)
                .getNumber())
        .isEqualTo(8080);
  }

  @Test
  void convert_unhealthyInstances_haveASayInThePort() {
    assertThat(
            served(
                    service(
                        "web",
                        instance("a", "10.0.0.1", 9090, Availability.UNHEALTHY),
                        instance("b", "10.0.0.2", 9090, Availability.DISABLED),
                        instance("10.0.0.3", 8080)))
                .getPorts(0)
                .getNumber())
        .isEqualTo(9090);
  }

  @Test
  void convert_fixedPort_mapsEveryOther() {
    Converter converter = new Converter(policy().port(new PortRule.Fixed(80)).build());
    ServiceEntry entry =
        entry(
                converter.convert(
                    service("web", instance("10.0.0.1", 8080), instance("10.0.0.2", 80))))
            .entry();
    assertThat(entry.getPorts(0).getNumber()).isEqualTo(80);
    assertThat(entry.getEndpointsList())
        .extracting(WorkloadEntry::getPortsMap)
        .containsExactly(Map.of("tcp", 8080), Map.of());
  }

  @Test
  void convert_portOutOfRange_isLeftOutAndCounted() {
    Conversion conversion =
        convert(
            service(
                "web",
                instance("10.0.0.1", 80),
                instance("10.0.0.2", 0),
                instance("10.0.0.3", 0),
                instance("10.0.0.4", -1)));
    assertThat(addresses(entry(conversion).entry())).containsExactly("10.0.0.1");
    assertThat(conversion.findings())
        .containsExactly(
            new Finding(Reason.PORT_OUT_OF_RANGE, "10.0.0.4:-1", "-1"),
            new Finding(Reason.PORT_OUT_OF_RANGE, "10.0.0.2:0", "0", 2));
  }

  @Test
  void convert_hostNamesOnly_isResolvedByDns() {
    ServiceEntry entry =
        served(service("web", instance("b.example", 80), instance("A.example.", 80)));
    assertThat(entry.getResolution()).isEqualTo(ServiceEntry.Resolution.DNS);
    assertThat(addresses(entry)).containsExactly("a.example", "b.example");
  }

  @Test
  void convert_oneIpAmongHostNames_takesOutNone() {
    ServiceEntry entry =
        served(
            service(
                "web",
                instance("a.example", 80),
                instance("b.example", 80),
                instance("10.0.0.1", 80)));
    assertThat(entry.getResolution()).isEqualTo(ServiceEntry.Resolution.DNS);
    assertThat(addresses(entry)).containsExactly("10.0.0.1", "a.example", "b.example");
  }

  @Test
  void convert_oneHostNameAmongIps_keepsTheResolution() {
    ServiceEntry entry =
        served(
            service(
                "web",
                instance("a.example", 80),
                instance("fd00::1", 80),
                instance("10.0.0.1", 80)));
    assertThat(entry.getResolution()).isEqualTo(ServiceEntry.Resolution.STATIC);
    assertThat(addresses(entry)).containsExactly("10.0.0.1", "fd00::1");
  }

  @Test
  void convert_hostNamesThatAreAllUnhealthy_haveNoEndpointsAtAll() {
    Service legacy =
        service(
            "legacy",
            instance("a", "a.example.com", 8443, Availability.UNHEALTHY),
            instance("b", "b.example.com", 8443, Availability.UNHEALTHY));
    ConvertedEntry unhealthy = entry(convert(legacy));
    assertThat(unhealthy.entry().getEndpointsCount()).isZero();
    assertThat(unhealthy.entry().getResolution()).isEqualTo(ServiceEntry.Resolution.STATIC);
    assertThat(unhealthy.labels()).containsEntry("fairlead.io/endpoints", "none");
    ConvertedEntry emptied =
        entry(convert(service("legacy", instance("a.example.com", 8443)))).withoutEndpoints();
    assertThat(emptied.entry()).isEqualTo(unhealthy.entry());
  }

  @Test
  void convert_hostNamesAmongIps_areLeftOutAndCounted() {
    Conversion conversion =
        convert(service("web", instance("b.example", 80), instance("10.0.0.1", 80)));
    ServiceEntry entry = entry(conversion).entry();
    assertThat(entry.getResolution()).isEqualTo(ServiceEntry.Resolution.STATIC);
    assertThat(addresses(entry)).containsExactly("10.0.0.1");
    assertThat(conversion.findings())
        .containsExactly(new Finding(Reason.HOST_NAME_AMONG_IPS, "b.example:80", "b.example"));
  }

  @Test
  void convert_drainedIp_keepsTheResolution() {
    for (Availability availability : Availability.values()) {
      ServiceEntry entry =
          served(
              service(
                  "web", instance("b.example", 80), instance("ip", "10.0.0.1", 80, availability)));
      assertThat(entry.getResolution()).isEqualTo(ServiceEntry.Resolution.STATIC);
    }
    assertThat(
            served(service("web", instance("b.example", 80), instance("10.0.0.1", 80, 0)))
                .getResolution())
        .isEqualTo(ServiceEntry.Resolution.STATIC);
  }

  @Test
  void convert_unusableIp_hasNoSayInTheResolution() {
    Conversion conversion =
        convert(service("web", instance("b.example", 80), instance("fe80::1", 80)));
    assertThat(entry(conversion).entry().getResolution()).isEqualTo(ServiceEntry.Resolution.DNS);
    assertThat(reasons(conversion)).containsExactly(Reason.ADDRESS_LINK_LOCAL);
  }

  @Test
  void outcomes_ofEachInstance_areThoseOfTheConversion() {
    Service service =
        service(
            "web",
            instance("a", "10.0.0.1", 80, Availability.READY),
            instance("b", "10.0.0.1", 80, Availability.READY),
            instance("c", "127.0.0.1", 80, Availability.READY),
            instance("d", "10.0.0.2", 0, Availability.READY),
            instance("e", "2001:DB8::1", 81, Availability.READY),
            instance("f", "10.0.0.3", 80, Availability.MAINTENANCE));

    List<InstanceOutcome> outcomes = InstanceOutcome.of(policy().build(), service, service.id());

    assertThat(outcomes)
        .extracting(each -> each.instance().id())
        .containsExactly("a", "b", "c", "d", "e", "f");
    assertThat(outcomes)
        .extracting(each -> each.endpoint().orElse(""))
        .containsExactly("10.0.0.1:80", "", "", "", "[2001:db8::1]:81", "");
    assertThat(outcomes)
        .extracting(each -> each.leftOut().map(Reason::name).orElse(""))
        .containsExactly(
            "", "DUPLICATE_ENDPOINT", "ADDRESS_LOOPBACK", "PORT_OUT_OF_RANGE", "", "MAINTENANCE");
  }

  @Test
  void convert_loopback_isLeftOutUnlessAllowed() {
    Service service =
        service("web", instance("127.0.0.1", 80), instance("[::1]", 80), instance("10.0.0.1", 80));
    Conversion refused = convert(service);
    assertThat(addresses(entry(refused).entry())).containsExactly("10.0.0.1");
    assertThat(reasons(refused)).containsExactly(Reason.ADDRESS_LOOPBACK, Reason.ADDRESS_LOOPBACK);

    Converter lenient = new Converter(policy().loopback(LoopbackRule.ALLOW).build());
    assertThat(addresses(entry(lenient.convert(service)).entry()))
        .containsExactly("10.0.0.1", "127.0.0.1", "::1");
  }

  @Test
  void convert_duplicateEndpoints_keepsTheReadyOneWithTheLowestId() {
    Conversion conversion =
        convert(
            service(
                "web",
                instance("a", "10.0.0.1", 80, Availability.UNHEALTHY),
                new Instance(
                    "c",
                    "10.0.0.1",
                    80,
                    1,
                    Availability.READY,
                    Locality.NONE,
                    Map.of("version", "c")),
                new Instance(
                    "b",
                    "::ffff:10.0.0.1",
                    80,
                    1,
                    Availability.READY,
                    Locality.NONE,
                    Map.of("version", "b")),
                instance("10.0.0.1", 81),
                instance("10.0.0.2", 80)));
    ServiceEntry entry = entry(conversion).entry();
    assertThat(addresses(entry)).containsExactly("10.0.0.1", "10.0.0.1", "10.0.0.2");
    assertThat(entry.getEndpoints(0).getLabelsMap()).isEqualTo(Map.of("version", "b"));
    assertThat(conversion.findings())
        .containsExactly(new Finding(Reason.DUPLICATE_ENDPOINT, "a", "10.0.0.1:80", 2));
  }

  @Test
  void convert_duplicateIpv6Endpoints_areNamedWithBrackets() {
    assertThat(
            convert(service("web", instance("fd00::1", 80), instance("[FD00::1]", 80))).findings())
        .extracting(Finding::detail)
        .containsExactly("[fd00::1]:80");
  }

  @Test
  void convert_changedName_keepsTheOriginalInAnAnnotation() {
    Service service =
        new Service(
            new ServiceId("ns", "DEFAULT_GROUP", "Wéb\ud800"),
            Map.of(),
            Map.of(),
            List.of(),
            List.of(instance("10.0.0.1", 80)));
    Conversion conversion = convert(service);
    ConvertedEntry entry = entry(conversion);
    assertThat(entry.annotations())
        .isEqualTo(Map.of("fairlead.io/service", "ns/DEFAULT_GROUP/Wéb\ufffd"));
    assertThat(conversion.findings())
        .containsExactly(
            new Finding(Reason.NAME_CHANGED, "ns/DEFAULT_GROUP/Wéb\ufffd", entry.host()));
  }

  @Test
  void convert_changedNamespace_isCounted() {
    Converter converter =
        new Converter(policy().namespace(HostTemplate.parse("{namespace}")).build());
    Service service =
        new Service(
            new ServiceId("Prod_1", "", "web"),
            Map.of(),
            Map.of(),
            List.of(),
            List.of(instance("10.0.0.1", 80)));
    Conversion conversion = converter.convert(service);
    assertThat(entry(conversion).namespace()).startsWith("prod-1-x");
    assertThat(reasons(conversion)).containsExactly(Reason.NAMESPACE_CHANGED);
  }

  @Test
  void convert_exportToOwnNamespaceTwice_namesItOnce() {
    Converter converter =
        new Converter(
            policy()
                .namespace(HostTemplate.parse("{namespace}"))
                .exportTo(List.of("a", ".", "b"))
                .build());
    Service service =
        new Service(
            new ServiceId("b", "", "web"),
            Map.of(),
            Map.of(),
            List.of(),
            List.of(instance("10.0.0.1", 80)));
    assertThat(entry(converter.convert(service)).entry().getExportToList())
        .containsExactly("a", ".");
  }

  @Test
  void convert_location_isInsideTheMesh() {
    Converter converter = new Converter(policy().build());
    assertThat(
            entry(converter.convert(service("web", instance("10.0.0.1", 80))))
                .entry()
                .getLocation())
        .isEqualTo(ServiceEntry.Location.MESH_INTERNAL);
  }

  @Test
  void convert_registryName_becomesALegalLabel() {
    for (Map.Entry<String, String> name :
        Map.of("dc 1/Z", "dc-1-Z", "服务", "registry", "_a_", "a", "a".repeat(70), "a".repeat(63))
            .entrySet()) {
      Converter converter = new Converter(ConversionPolicy.builder(name.getKey()).build());
      assertThat(entry(converter.convert(service("web", instance("10.0.0.1", 80)))).labels())
          .containsEntry("fairlead.io/registry", name.getValue());
    }
  }
}
