package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.SinkEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whole reads of a server that answers what a real one does not answer on demand. */
class WholeReadTest {
  private static final ServiceId IN_A = ScriptedNacos.id("a", "web");
  private static final ServiceId IN_B = ScriptedNacos.id("b", "web");

  private static Mirroring mirror(ScriptedNacos nacos) {
    return Mirroring.withoutPushes(
        Mirroring.configuration(
            nacos.address(), List.of("a", "b"), List.of("*"), Duration.ofSeconds(3)));
  }

  @Test
  void namespaceThatIsRefused_leavesTheOthersToBeRead() {
    try (ScriptedNacos nacos = new ScriptedNacos(List.of("a", "b"))) {
      nacos.weights.put(IN_A, 1.0);
      nacos.weights.put(IN_B, 1.0);
      try (Mirroring mirroring = mirror(nacos)) {
        mirroring.awaitInstances(IN_A, 1);
        mirroring.awaitInstances(IN_B, 1);
        nacos.refused.add("a");
        int mark = mirroring.sink.mark();
        // No count shows it, and its push is lost.
        nacos.weights.put(IN_B, 7.0);
        mirroring.awaitInstance(IN_B, "another weight", it -> it.weight() == 7);
        mirroring.sink.awaitEvent(mark, "a refusal", Mirroring.LIMIT, SinkEvent::isFailure);
        assertThat(mirroring.sink.state()).containsKey(IN_A);
      }
    }
  }

  @Test
  void emptyFirstRead_isConfirmedByLaterOnes() {
    try (ScriptedNacos nacos = new ScriptedNacos(List.of("a", "b"))) {
      nacos.weights.put(IN_A, 1.0);
      // Of each namespace, twice: as after a restart, until its clients have registered again.
      nacos.forgetFor(4);
      try (Mirroring mirroring = mirror(nacos)) {
        SinkEvent first =
            mirroring.sink.awaitEvent(0, "a whole read", Mirroring.LIMIT, event -> true);
        assertThat(first)
            .isInstanceOfSatisfying(
                SinkEvent.Resynced.class,
                event -> assertThat(event.outcome().services()).hasSize(1));
      }
    }
  }

  @Test
  void registryThatStaysEmpty_isBelieved() {
    try (ScriptedNacos nacos = new ScriptedNacos(List.of("a", "b"));
        Mirroring mirroring = mirror(nacos)) {
      mirroring.await("an empty registry", Map::isEmpty);
      nacos.weights.put(IN_A, 1.0);
      mirroring.awaitInstances(IN_A, 1);
    }
  }
}
