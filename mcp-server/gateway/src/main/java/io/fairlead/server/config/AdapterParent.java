package io.fairlead.server.config;

/**
 * A class loader above those of adapters, which shows them the JDK, the SPI with its support, and
 * SLF4J. Everything else that the gateway is made with is hidden, so that an adapter brings its own
 * libraries in its own versions.
 */
final class AdapterParent extends ClassLoader {
  private static final String[] SHOWN = {
    "io.fairlead.registry.support.", "io.fairlead.common.", "org.slf4j.", "org.jspecify."
  };
  private static final String SPI = "io.fairlead.registry.";

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
    // The SPI is one package; the adapters of the gateway are below it.
    if (name.startsWith(SPI) && name.indexOf('.', SPI.length()) < 0) {
      return true;
    }
    for (String shown : SHOWN) {
      if (name.startsWith(shown)) {
        return true;
      }
    }
    return false;
  }
}
