package io.fairlead.registry.file;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.AdapterContract;
import io.fairlead.registry.testkit.Capability;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/** The contract for services files; each subclass lays them out in another way. */
abstract class FileContract extends AdapterContract {
  @TempDir Path temp = Path.of("");

  /** What the configuration names. */
  abstract Path path();

  /** Time between looks without an event; longer than {@link #limit()} where events must come. */
  Duration rescan() {
    return Duration.ofSeconds(8);
  }

  @Override
  protected Duration limit() {
    return Duration.ofSeconds(7);
  }

  @Override
  protected RegistryAdapter adapter(AdapterContext context) {
    return new FileRegistryFactory()
        .create(context, new FileConfiguration(path(), rescan(), Duration.ofMillis(20)));
  }

  @Override
  protected ServiceId id(String service) {
    return new ServiceId("default", "", service);
  }

  @Override
  protected Duration outageLength() {
    return Duration.ofSeconds(1);
  }

  @Override
  protected Set<Capability> lacking() {
    // Files are neither reached over a network nor asked for with a secret, and nothing serves
    // them.
    return Set.of(Capability.MAINTENANCE, Capability.NETWORK, Capability.RESTART, Capability.LOGIN);
  }

  @Override
  protected void cleanUp(Collection<Service> left) {
    // The folder of the test goes with all that is in it.
  }
}
