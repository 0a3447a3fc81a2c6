package io.fairlead.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * A change costs what the change is, not what there is: what is allocated for it, from the
 * registry's word to the snapshot, does not grow with the number of services. To copy a list of all
 * services for each change was nearly half of its cost at 100,000 services, and no other test
 * noticed.
 */
class ChangeAllocationTest {
  private static final int CHANGES = 200;

  private static double bytesOfAChange(int services) {
    LargeGateway gateway = new LargeGateway();
    gateway.resync(services);
    changes(gateway, services, 1);
    long before = allocated();
    changes(gateway, services, 2);
    return (double) (allocated() - before) / CHANGES;
  }

  private static void changes(LargeGateway gateway, int services, int edition) {
    for (int change = 0; change < CHANGES; change++) {
      gateway.change(change % services, edition);
      gateway.settle();
    }
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  @Test
  void change_allocatesTheSameForManyServices() {
    assertThat(bytesOfAChange(20_000)).isLessThan(1.1 * bytesOfAChange(500));
  }
}
