package io.fairlead.conformance;

import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.NamingFactory;
import com.alibaba.nacos.api.naming.NamingService;
import io.fairlead.harness.NacosLink;
import io.fairlead.harness.NacosServer;
import java.nio.file.Path;
import java.util.Properties;

/**
 * An application that registers ephemeral instances with the vendor's client, as applications do:
 * they are there while its connection is, and it registers them again after a loss, which may take
 * it seconds. Not thread-safe.
 */
final class NacosClient implements AutoCloseable {
  private final NacosLink link;
  private final NamingService naming;

  /**
   * Starts one.
   *
   * @param folder where the client may write
   */
  NacosClient(NacosServer server, String namespace, Path folder) {
    this.link = NacosLink.to(server);
    Properties properties = new Properties();
    properties.setProperty("serverAddr", link.address());
    properties.setProperty("namespace", namespace);
    properties.setProperty("JM.SNAPSHOT.PATH", folder.toString());
    properties.setProperty("nacos.remote.client.grpc.pool.core.size", "1");
    properties.setProperty("nacos.remote.client.grpc.pool.max.size", "2");
    try {
      this.naming = NamingFactory.createNamingService(properties);
    } catch (NacosException e) {
      throw new IllegalStateException("client of " + link.address(), e);
    }
  }

  /** Registers an instance. */
  NacosClient with(String service, String ip, int port) {
    try {
      naming.registerInstance(service, ip, port);
      return this;
    } catch (NacosException e) {
      throw new IllegalStateException("registration of " + service, e);
    }
  }

  /** Its network is gone. */
  void disconnect() {
    link.cut();
  }

  /** Its network is there again; it registers by itself, soon. */
  void reconnect() {
    link.restore();
  }

  @Override
  public void close() {
    try {
      naming.shutDown();
    } catch (NacosException e) {
      throw new IllegalStateException("end of a client of " + link.address(), e);
    } finally {
      link.close();
    }
  }
}
