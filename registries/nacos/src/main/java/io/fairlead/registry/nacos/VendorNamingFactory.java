package io.fairlead.registry.nacos;

import com.alibaba.nacos.api.exception.NacosException;
import io.fairlead.common.Causes;
import io.fairlead.common.PrivateKeys;
import io.fairlead.nacos.NacosAddress;
import io.fairlead.nacos.NacosLogin;
import io.fairlead.registry.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A factory of vendor clients with their unwanted defaults switched off: files below the user's
 * home, logging of their own, dozens of threads, environment variables that override the
 * configuration, TLS that trusts everybody. Thread-safe.
 */
final class VendorNamingFactory implements Naming.Factory, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(VendorNamingFactory.class);

  private final List<NacosAddress> addresses;
  private final String contextPath;
  private final @Nullable TlsFiles tls;
  private final String loginKey;

  // Guarded by "this": made with the first client, deleted at the end.
  private @Nullable Path folder;

  static {
    // The client's classes read it when they are loaded; it must not configure the logging.
    setUnlessSet("nacos.logging.default.config.enabled", "false");
  }

  VendorNamingFactory(
      List<NacosAddress> addresses, String contextPath, @Nullable TlsFiles tls, NacosLogin login) {
    this.addresses = List.copyOf(addresses);
    this.contextPath = contextPath;
    this.tls = tls;
    this.loginKey = SharedLoginAuth.share(login::present);
  }

  private static void setUnlessSet(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }

  @Override
  public Naming open(String namespace) throws NacosException {
    Properties properties = properties(namespace);
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    // The client finds its services through the thread's class loader.
    thread.setContextClassLoader(VendorNamingFactory.class.getClassLoader());
    try {
      return new VendorNaming(namespace, properties);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private Properties properties(String namespace) throws NacosException {
    Properties properties = new Properties();
    properties.setProperty(
        "serverAddr",
        addresses.stream()
            .map(it -> it.secure() ? it.toString() : it.authority())
            .collect(Collectors.joining(",")));
    properties.setProperty("namespace", namespace);
    properties.setProperty("contextPath", contextPath);
    properties.setProperty(SharedLoginAuth.PROPERTY, loginKey);
    // Neither of the two may come from the cloud vendor's environment variables.
    properties.setProperty("isUseCloudNamespaceParsing", "false");
    properties.setProperty("isUseEndpointParsingRule", "false");
    properties.setProperty("isUseRamInfoParsing", "false");
    // A real scale to zero must arrive; the gateway guards against false ones itself.
    properties.setProperty("namingPushEmptyProtection", "false");
    properties.setProperty("namingLoadCacheAtStart", "false");
    properties.setProperty("namingAsyncQuerySubscribeService", "false");
    properties.setProperty("enableClientMetrics", "false");
    properties.setProperty("JM.SNAPSHOT.PATH", folder().toString());
    properties.setProperty("namingPollingThreadCount", "1");
    properties.setProperty("redoDelayThreadCount", "1");
    properties.setProperty("nacos.remote.client.grpc.pool.core.size", "2");
    properties.setProperty("nacos.remote.client.grpc.pool.max.size", "4");
    // A service of 10,000 instances is about 4 MB; the default is 10 MB.
    properties.setProperty(
        "nacos.remote.client.grpc.maxinbound.message.size", Integer.toString(64 * 1024 * 1024));
    addTls(properties);
    return properties;
  }

  private void addTls(Properties properties) throws NacosException {
    String prefix = "nacos.remote.client.rpc.tls.";
    boolean enabled = tls != null || addresses.stream().anyMatch(NacosAddress::secure);
    properties.setProperty(prefix + "enable", Boolean.toString(enabled));
    properties.setProperty(prefix + "trustAll", "false");
    if (tls == null) {
      return;
    }
    Path ca = tls.ca();
    if (ca != null) {
      properties.setProperty(prefix + "trustCollectionChainPath", url(ca));
    }
    Path cert = tls.cert();
    Path key = tls.key();
    if (cert != null && key != null) {
      properties.setProperty(prefix + "mutualAuth", "true");
      try {
        boolean taken = PrivateKeys.isPkcs8(TlsFiles.read(key));
        properties.setProperty(prefix + "certChainFile", url(taken ? cert : copy(cert, key)));
        properties.setProperty(prefix + "certPrivateKey", url(taken ? key : keyCopy()));
      } catch (IOException e) {
        throw new NacosException(NacosException.CLIENT_INVALID_PARAM, "tls: " + Causes.of(e));
      }
    }
  }

  // The client reads keys in PKCS#8 only, whenever it connects. The certificate is copied, too: a
  // renewed one would not belong to the key in the copy.
  private synchronized Path copy(Path cert, Path key) throws IOException {
    Path copy = folder().resolve("client.crt");
    if (!Files.exists(copy)) {
      LOG.warn(
          "{}: not in PKCS#8, so a renewed certificate reaches Nacos' client for pushes only at the"
              + " next start (expected: PKCS#8, as openssl pkey -in FILE -out NEW writes it)",
          key);
    }
    Files.write(copy, TlsFiles.read(cert));
    Files.write(keyCopy(), PrivateKeys.pem(TlsFiles.readKey(key)));
    return copy;
  }

  private Path keyCopy() {
    return folder().resolve("client.key");
  }

  /** Returns a file as the client finds it: it looks for a plain path on the class path. */
  private static String url(Path file) {
    return file.toUri().toString();
  }

  private synchronized Path folder() {
    if (folder == null) {
      try {
        folder = Files.createTempDirectory("fairlead-nacos-client-");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return folder;
  }

  /** Deletes the clients' cache; to be called when all clients are closed. */
  @Override
  public synchronized void close() {
    SharedLoginAuth.withdraw(loginKey);
    Path done = folder;
    folder = null;
    if (done == null) {
      return;
    }
    try (Stream<Path> files = Files.walk(done)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("cannot delete the cache of a Nacos client: {}", done, e);
    }
  }
}
