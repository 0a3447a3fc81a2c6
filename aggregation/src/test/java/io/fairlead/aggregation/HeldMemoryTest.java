package io.fairlead.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Tests of the memory that a gateway keeps of a service besides its encoded resource, which cannot
 * be less. At 100,000 services each 100 bytes are 10 MB of every gateway's heap.
 */
class HeldMemoryTest {
  private static final int SERVICES = 2_000;

  /** Bytes for a service. A little above what they are: who adds some has to say what for. */
  private static final long MAX_BYTES = 850;

  private static long bare() {
    LargeGateway gateway = new LargeGateway();
    gateway.resync(0);
    return gateway.held();
  }

  private static long ofEach(LargeGateway gateway) {
    assertThat(gateway.resources()).hasSize(SERVICES);
    return (gateway.held() - bare()) / SERVICES;
  }

  @Test
  void heldOfAService_isLittleBesidesItsResource() {
    LargeGateway gateway = new LargeGateway();
    gateway.resync(SERVICES);
    assertThat(ofEach(gateway)).isLessThan(MAX_BYTES);
  }

  @Test
  void heldOfAService_doesNotGrowWithEqualViews() {
    LargeGateway gateway = new LargeGateway();
    gateway.resync(SERVICES);
    long before = gateway.held();
    gateway.resync(SERVICES);
    assertThat(gateway.held()).isLessThan(before + SERVICES);
  }

  @Test
  void heldOfAService_doesNotGrowWithChanges() {
    LargeGateway gateway = new LargeGateway();
    gateway.resync(SERVICES);
    for (int edition = 1; edition <= 3; edition++) {
      for (int number = 0; number < SERVICES; number++) {
        gateway.change(number, edition);
      }
      gateway.settle();
    }
    assertThat(ofEach(gateway)).isLessThan(MAX_BYTES);
  }

  @Test
  void heldOfAService_isTheSameAfterARestart() {
    LargeGateway former = new LargeGateway();
    former.resync(SERVICES);
    LargeGateway gateway = new LargeGateway(former.state());
    gateway.resync(SERVICES);
    assertThat(ofEach(gateway)).isLessThan(MAX_BYTES);
  }
}
