package io.fairlead.registry.nacos;

import io.fairlead.nacos.AccessKey;
import io.fairlead.nacos.NacosAddress;
import io.fairlead.nacos.NacosLogin;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;
import io.fairlead.registry.Secret;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A factory of adapters for Nacos servers 2.x and 3.x. */
public final class NacosRegistryFactory implements RegistryAdapterFactory<NacosConfiguration> {
  /** For the service loader. */
  public NacosRegistryFactory() {}

  @Override
  public String type() {
    return "nacos";
  }

  @Override
  public Class<NacosConfiguration> configurationType() {
    return NacosConfiguration.class;
  }

  @Override
  public String defaultHost() {
    return "{service}.{namespace}.{customGroup}.nacos";
  }

  @Override
  public Set<String> variables() {
    return Set.of(Content.CUSTOM_GROUP);
  }

  @Override
  public RegistryAdapter create(AdapterContext context, NacosConfiguration configuration) {
    NacosLogin login = login(configuration);
    return create(
        context,
        configuration,
        login,
        new VendorNamingFactory(
            addresses(configuration), configuration.contextPath(), configuration.tls(), login));
  }

  static NacosLogin login(NacosConfiguration configuration) {
    return new NacosLogin(
        configuration.username(),
        configuration.password(),
        accessKey(configuration),
        configuration.contextPath(),
        System::nanoTime);
  }

  private static @Nullable AccessKey accessKey(NacosConfiguration configuration) {
    Secret id = configuration.accessKey();
    Secret key = configuration.secretKey();
    return id == null || key == null ? null : new AccessKey(id, key);
  }

  static List<NacosAddress> addresses(NacosConfiguration configuration) {
    boolean tls = configuration.tls() != null;
    return configuration.addresses().stream()
        .map(address -> NacosAddress.parse(address, tls))
        .toList();
  }

  static RegistryAdapter create(
      AdapterContext context,
      NacosConfiguration configuration,
      NacosLogin login,
      Naming.Factory naming) {
    ReaderFactory sources =
        new ReaderFactory(
            context.registry(),
            addresses(configuration),
            configuration.contextPath(),
            configuration.tls(),
            Scope.of(configuration),
            login,
            new NamingClients(naming, login::shown));
    return new NacosAdapter(context, configuration, sources, naming);
  }
}
