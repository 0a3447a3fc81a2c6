package io.fairlead.registry.zookeeper;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.ZooKeeperServer;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.Capability;
import java.util.Set;

/** The contract with instances that register by name, as Spring Cloud does. */
@NeedsServer(ZooKeeperServer.NAME)
final class ServicesContractTest extends ZooKeeperContract {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  protected ServiceId id(String service) {
    return new ServiceId("services", "", service);
  }

  @Override
  String root() {
    return "/services";
  }

  @Override
  String node(Service service, Instance instance) {
    return chroot() + root() + "/" + service.id().name() + "/" + instance.id();
  }

  @Override
  String content(Service service, Instance instance) {
    ObjectNode json = JSON.createObjectNode();
    json.put("name", service.id().name());
    json.put("id", instance.id());
    json.put("address", instance.address());
    json.put("port", instance.port());
    json.putNull("sslPort");
    json.put("enabled", instance.availability() != Availability.DISABLED);
    ObjectNode payload = json.putObject("payload");
    payload.put("@class", "org.springframework.cloud.zookeeper.discovery.ZookeeperInstance");
    payload.put("id", "application-1");
    payload.put("name", service.id().name());
    ObjectNode metadata = payload.putObject("metadata");
    metadata.put("instance_status", status(instance.availability()));
    metadata.put("weight", Double.toString(instance.weight()));
    instance.metadata().forEach(metadata::put);
    json.put("registrationTimeUTC", 1_795_712_597_285L);
    json.put("serviceType", "DYNAMIC");
    return json.toString();
  }

  private static String status(Availability availability) {
    return switch (availability) {
      case MAINTENANCE -> "OUT_OF_SERVICE";
      case UNHEALTHY -> "DOWN";
      default -> "UP";
    };
  }

  @Override
  protected Set<Capability> lacking() {
    return Set.of(Capability.SERVICE_METADATA, Capability.LOCALITY, Capability.EMPTY_SERVICES);
  }
}
