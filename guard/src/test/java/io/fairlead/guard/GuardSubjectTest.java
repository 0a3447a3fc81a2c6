package io.fairlead.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GuardSubjectTest {
  private static final ServiceCount LOST = new ServiceCount(1, 2);
  private static final ServiceCount OF = new ServiceCount(10, 12);

  @Test
  void registry_losesServicesWithEndpoints() {
    GuardSubject registry = GuardSubject.registry("shop");

    assertThat(registry.title()).isEqualTo("registry shop");
    assertThat(registry.share(LOST, OF)).isEqualTo("1 of 10 services and 2 of 12 endpoints");
    assertThat(registry.all(LOST)).isEqualTo("1 service and 2 endpoints");
  }

  @Test
  void whatIsLostAsAWhole_hasNoParts() {
    GuardSubject source = new GuardSubject("configs/mesh", "config source mesh", "resource", "");

    assertThat(source.share(LOST, OF)).isEqualTo("1 of 10 resources");
    assertThat(source.all(LOST)).isEqualTo("1 resource");
  }
}
