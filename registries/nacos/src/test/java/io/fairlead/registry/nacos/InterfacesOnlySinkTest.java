package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.RecordingSink;
import io.fairlead.registry.testkit.SinkEvent;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InterfacesOnlySinkTest {
  private static final ServiceId APP = new ServiceId("public", "DEFAULT_GROUP", "app");

  private final RecordingSink recorded = new RecordingSink();
  private final InterfacesOnlySink sink = new InterfacesOnlySink("test", recorded);

  private static Service app(String... instances) {
    return new Service(
        APP,
        Map.of(),
        Map.of(),
        List.of(),
        Stream.of(instances)
            .map(
                name ->
                    new Instance(
                        name,
                        "10.0.0.1",
                        80,
                        1,
                        Availability.READY,
                        Locality.NONE,
                        name.startsWith("dubbo")
                            ? Map.of("dubbo.metadata.revision", "1")
                            : Map.of()))
            .toList());
  }

  @Test
  void resync_whatOnlyDubboRegisteredByApplication_isNeverServed() {
    sink.resync(new ReadOutcome.Fresh(List.of(app("dubbo-1", "dubbo-2"))));
    assertThat(recorded.state()).isEmpty();
    sink.changed(app("dubbo-1"));
    sink.changed(app());
    sink.changed(app("dubbo-3"));
    assertThat(recorded.events().subList(1, recorded.events().size()))
        .isNotEmpty()
        .allMatch(SinkEvent.Alive.class::isInstance);
  }

  @Test
  void served_isWhatTheSinkWasTold() {
    sink.resync(new ReadOutcome.Fresh(List.of(app("dubbo-1"))));
    assertThat(sink.served(app("dubbo-1"))).isEmpty();
    sink.changed(app());
    assertThat(sink.served(app())).isEmpty();
    sink.changed(app("dubbo-1", "spring-1"));
    assertThat(sink.served(app("dubbo-1", "spring-1"))).contains(app("spring-1"));
  }

  @Test
  void changed_somethingElseUnderTheName_isServedAlone() {
    sink.resync(new ReadOutcome.Fresh(List.of(app("dubbo-1"))));
    sink.changed(app("dubbo-1", "spring-1"));
    assertThat(recorded.state()).containsEntry(APP, app("spring-1"));
    sink.changed(app("dubbo-1"));
    assertThat(recorded.state()).isEmpty();
    sink.changed(app("spring-1"));
    sink.changed(app());
    assertThat(recorded.state()).as("scaled to zero").containsEntry(APP, app());
    sink.removed(APP);
    assertThat(recorded.state()).isEmpty();
    recorded.assertNoViolations();
  }
}
