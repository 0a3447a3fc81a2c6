package io.fairlead.server.config;

/**
 * A class loader above those of adapters, which shows them the JDK, the SPIs of registries and of
 * config sources with their support, and SLF4J. Everything else that the gateway is made with is
 * hidden, so that an adapter brings its own libraries in its own versions.
 */
final class AdapterParent extends ClassLoader {
  private static final String[] SHOWN = {
    "io.fairlead.registry.support.",
    "io.fairlead.configs.support.",
    "io.fairlead.common.",
    "org.slf4j.",
    "org.jspecify."
  };
  // Each is one package; what the gateway has of it is below.
  private static final String[] SPIS = {"io.fairlead.registry.", "io.fairlead.configs."};

  private final ClassLoader gateway;

  static {
    registerAsParallelCapable();
  }

  AdapterParent(ClassLoader gateway) {
    super("fairlead-spi", ClassLoader.getPlatformClassLoader());
    this.gateway = gateway;
  }

  /** Finds what the JDK does not have. */
  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    if (isShown(name)) {
      return gateway.loadClass(name);
    }
    throw new ClassNotFoundException(name);
  }

  private static boolean isShown(String name) {
    for (String spi : SPIS) {
      if (name.startsWith(spi) && name.indexOf('.', spi.length()) < 0) {
        return true;
      }
    }
    for (String shown : SHOWN) {
      if (name.startsWith(shown)) {
        return true;
      }
    }
    return false;
  }
}
