package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.Push;
import java.util.List;

/** The check of an istiod's pushes after one change of endpoints. */
final class OnePush {
  private OnePush() {}

  /** Exactly one push, of endpoints only, that gathers so many events. */
  static Push assertOfEndpoints(String version, List<Push> pushes, int events) {
    assertThat(pushes).as("pushes of istiod %s", version).hasSize(1);
    Push push = pushes.get(0);
    assertThat(push.isFull()).isFalse();
    assertThat(push.events()).isEqualTo(events);
    return push;
  }
}
