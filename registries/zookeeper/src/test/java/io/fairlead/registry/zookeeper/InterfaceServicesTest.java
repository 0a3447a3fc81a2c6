package io.fairlead.registry.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterfaceServicesTest {
  private static List<Service> services(String... urls) throws MalformedNodeException {
    List<Provider> providers = new ArrayList<>();
    for (String url : urls) {
      providers.add(ProviderUrl.parse(ProviderUrls.encoded(url)));
    }
    return InterfaceServices.of("dubbo", "demo.Greeter", providers);
  }

  private static Instance only(String... urls) throws MalformedNodeException {
    List<Service> services = services(urls);
    assertThat(services).hasSize(1);
    assertThat(services.get(0).instances()).hasSize(1);
    return services.get(0).instances().get(0);
  }

  @Test
  void versionsAndGroups_areServicesOfTheirOwn() throws MalformedNodeException {
    List<Service> services =
        services(
            "dubbo://10.0.0.1:1/x",
            "dubbo://10.0.0.1:1/x?version=1.0.0",
            "dubbo://10.0.0.1:1/x?group=blue",
            "dubbo://10.0.0.1:1/x?group=blue&version=1.0.0",
            "dubbo://10.0.0.2:1/x?group=blue&version=1.0.0");
    assertThat(services)
        .extracting(service -> service.id().toString())
        .containsExactly(
            "dubbo/demo.Greeter",
            "dubbo/demo.Greeter:1.0.0",
            "dubbo/demo.Greeter:1.0.0:blue",
            "dubbo/demo.Greeter::blue");
    assertThat(services.get(2).instances()).hasSize(2);
    assertThat(services.get(2).variables())
        .containsEntry("interface", "demo.Greeter")
        .containsEntry("version", "1.0.0")
        .containsEntry("dubboGroup", "blue");
  }

  @Test
  void metadata_hasNothingThatChangesWithAStart_norSecrets() throws MalformedNodeException {
    Instance instance =
        only(
            "tri://u:pw@10.0.0.1:50051/x?timestamp=1&pid=7&token=s3cret&application=shop&env=prod"
                + "&methods=a,b&bind.ip=10.0.0.1&qos.enable=false&say.timeout=5&weight=7");
    assertThat(instance.metadata().keySet())
        .containsExactlyInAnyOrder("application", "env", "protocol");
    assertThat(instance.metadata()).containsEntry("protocol", "tri");
    assertThat(instance.weight()).isEqualTo(7);
    assertThat(instance.toString()).doesNotContain("s3cret", "pw");
  }

  @Test
  void weightAndSwitch_areTakenOver() throws MalformedNodeException {
    assertThat(only("dubbo://10.0.0.1:1/x").weight()).isEqualTo(100);
    assertThat(only("dubbo://10.0.0.1:1/x?default.weight=3").weight()).isEqualTo(3);
    assertThat(only("dubbo://10.0.0.1:1/x?weight=heavy").weight()).isNaN();
    assertThat(only("dubbo://10.0.0.1:1/x?disabled=true").availability())
        .isEqualTo(Availability.DISABLED);
    assertThat(only("dubbo://10.0.0.1:1/x?enabled=false").availability())
        .isEqualTo(Availability.DISABLED);
    assertThat(only("rest://10.0.0.1:1/x").metadata()).containsEntry("protocol", "http");
  }

  @Test
  void severalProtocols_theOneOfMostIsServed_theOthersAreNamed() throws MalformedNodeException {
    Instance both = only("dubbo://10.0.0.1:20880/x", "tri://10.0.0.1:50051/x");
    assertThat(both.port()).isEqualTo(50051);
    assertThat(both.metadata())
        .containsEntry("dubbo.endpoints", "[{\"port\":20880,\"protocol\":\"dubbo\"}]");

    List<Instance> mixed =
        services(
                "dubbo://10.0.0.1:20880/x",
                "tri://10.0.0.1:50051/x",
                "dubbo://10.0.0.2:20880/x",
                "rest://10.0.0.3:8080/x")
            .get(0)
            .instances();
    assertThat(mixed)
        .extracting(Instance::id)
        .containsExactlyInAnyOrder("10.0.0.1:20880", "10.0.0.2:20880", "10.0.0.3:8080");
  }

  @Test
  void twoProcessesOfOneAddress_areTwoInstances_aRestartedOneIsOne() throws MalformedNodeException {
    assertThat(
            services("dubbo://10.0.0.1:20880/x?timestamp=1", "dubbo://10.0.0.1:20881/x?timestamp=1")
                .get(0)
                .instances())
        .hasSize(2);
    assertThat(
            only(
                    "dubbo://10.0.0.1:20880/x?timestamp=1&weight=1",
                    "dubbo://10.0.0.1:20880/x?timestamp=2&weight=2")
                .weight())
        .isEqualTo(2);
  }
}
