package io.fairlead.registry.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryLoad;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClosableSinkTest {
  private static final ServiceId ORDERS = ServiceId.of("orders");

  private final List<String> calls = new ArrayList<>();
  private final ClosableSink sink = new ClosableSink(recording(calls, () -> {}));

  private static RegistrySink recording(List<String> calls, Runnable during) {
    return (RegistrySink)
        Proxy.newProxyInstance(
            RegistrySink.class.getClassLoader(),
            new Class<?>[] {RegistrySink.class},
            (proxy, method, arguments) -> {
              calls.add(method.getName());
              during.run();
              return null;
            });
  }

  @Test
  void open_passesEveryCallOn() {
    callAll(sink);

    assertThat(calls)
        .containsExactlyInAnyOrder(
            Stream.of(RegistrySink.class.getMethods())
                .map(method -> method.getName())
                .toArray(String[]::new));
  }

  @Test
  void closed_dropsEveryCall() {
    sink.close();
    callAll(sink);

    assertThat(calls).isEmpty();
  }

  @Test
  void closedWithinACall_dropsTheNext() {
    List<ClosableSink> itself = new ArrayList<>();
    ClosableSink closing =
        new ClosableSink(recording(calls, () -> itself.forEach(ClosableSink::close)));
    itself.add(closing);
    callAll(closing);

    assertThat(calls).hasSize(1);
  }

  private static void callAll(RegistrySink sink) {
    sink.resync(new ReadOutcome.Fresh(List.of()));
    sink.changed(new Service(ORDERS, Map.of(), Map.of(), List.of(), List.of()));
    sink.removed(ORDERS);
    sink.alive();
    sink.failing("registry.example: refused", new IllegalStateException("refused"));
    sink.readTook(Duration.ofMillis(1));
    sink.holding(List.of());
    sink.notices(List.of());
    sink.load(new RegistryLoad(1, 8, 100));
  }
}
