package io.fairlead.server.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeldGuardTest {
  private final HeldGuard wanted = guard("dc1-1", "dc1", "web", "shop");

  private static HeldGuard guard(String id, String registry, String... services) {
    Map<String, Integer> left = new HashMap<>();
    for (String service : services) {
      left.put(service, 0);
    }
    return new HeldGuard(id, registry, left);
  }

  @Test
  void among_theSameId_isTheSameLoss() {
    HeldGuard alike = guard("dc1-2", "dc1", "web", "shop");
    HeldGuard same = guard("dc1-1", "dc1", "other");

    assertThat(wanted.among(List.of(alike, same))).contains(same);
  }

  @Test
  void among_anotherId_isTheSameIfTheRegistryAndAServiceAre() {
    HeldGuard alike = guard("dc1-2", "dc1", "shop", "more");

    assertThat(wanted.among(List.of(guard("dc1-3", "dc1", "more"), alike))).contains(alike);
    assertThat(
            wanted.among(
                List.of(
                    guard("dc2-1", "dc2", "web", "shop"),
                    guard("dc1-left-1", "dc1", "web", "shop"),
                    guard("dc1-3", "dc1", "more"))))
        .isEmpty();
  }
}
