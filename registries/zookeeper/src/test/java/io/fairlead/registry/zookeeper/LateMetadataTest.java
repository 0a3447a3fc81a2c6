package io.fairlead.registry.zookeeper;

import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.ZooKeeperApi;
import io.fairlead.harness.ZooKeeperServer;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Metadata of a Dubbo application that arrives after the application has been read. */
@NeedsServer({ZooKeeperServer.NAME, ZooKeeperServer.OLD_NAME})
@ExtendWith(SharedZooKeeper.class)
class LateMetadataTest {
  private static final String INSTANCE =
      "{\"address\":\"10.0.0.1\",\"port\":20880,\"payload\":{\"metadata\":{"
          + "\"dubbo.endpoints\":\"[]\",\"dubbo.metadata.storage-type\":\"remote\","
          + "\"dubbo.metadata.revision\":\"r1\"}}}";
  private static final String METADATA =
      "{\"services\":{\"orders:tri\":{\"name\":\"orders\",\"protocol\":\"tri\",\"port\":20880}}}";

  @ParameterizedTest(name = "{0} {1} before: {2}")
  @CsvSource({
    "new, INTERFACE, nothing",
    "new, INTERFACE, garbage",
    "new, BOTH, nothing",
    "old, INTERFACE, nothing",
    "old, BOTH, garbage"
  })
  void interfaces_areServed_onceTheirMetadataIsThere(
      String server, DubboRegistrations dubbo, String before) {
    ZooKeeperServer used = server.equals("old") ? SharedZooKeeper.old() : SharedZooKeeper.get();
    String root = "/late-" + dubbo.name() + "-" + before;
    ZooKeeperApi api = used.api();
    String metadata = root + "/dubbo/metadata/app/r1";
    api.put(root + "/services/app/10.0.0.1:20880", INSTANCE);
    api.put(root + "/services/web/a", "{\"address\":\"10.0.0.9\",\"port\":80}");
    api.put(root + "/dubbo", "");
    if (!before.equals("nothing")) {
      api.put(metadata, before);
    }
    try (Mirroring mirroring = Mirroring.of(used, root).with("dubbo", dubbo).start()) {
      // Part of the same whole read as the application.
      mirroring.await("services/web", "10.0.0.9");
      api.put(metadata, METADATA);
      mirroring.await("dubbo/orders", "10.0.0.1");
    }
  }
}
