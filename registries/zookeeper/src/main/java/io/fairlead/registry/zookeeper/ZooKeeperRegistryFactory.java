package io.fairlead.registry.zookeeper;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;
import java.util.Set;

/** A factory of adapters for what Dubbo, Spring Cloud and Curator register in ZooKeeper. */
public final class ZooKeeperRegistryFactory
    implements RegistryAdapterFactory<ZooKeeperConfiguration> {
  /** For the service loader. */
  public ZooKeeperRegistryFactory() {}

  @Override
  public String type() {
    return "zookeeper";
  }

  @Override
  public Class<ZooKeeperConfiguration> configurationType() {
    return ZooKeeperConfiguration.class;
  }

  @Override
  public String defaultHost() {
    return "{service}.zookeeper";
  }

  @Override
  public Set<String> variables() {
    return Set.of(InterfaceServices.INTERFACE, InterfaceServices.VERSION, InterfaceServices.GROUP);
  }

  @Override
  public RegistryAdapter create(AdapterContext context, ZooKeeperConfiguration configuration) {
    return new ZooKeeperAdapter(context, configuration);
  }
}
