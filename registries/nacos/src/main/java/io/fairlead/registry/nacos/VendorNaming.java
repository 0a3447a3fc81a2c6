package io.fairlead.registry.nacos;

import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.pojo.Instance;
import com.alibaba.nacos.api.naming.pojo.ListView;
import com.alibaba.nacos.api.naming.pojo.ServiceInfo;
import com.alibaba.nacos.api.naming.utils.NamingUtils;
import com.alibaba.nacos.client.env.NacosClientProperties;
import com.alibaba.nacos.client.naming.cache.NamingFuzzyWatchServiceListHolder;
import com.alibaba.nacos.client.naming.cache.ServiceInfoHolder;
import com.alibaba.nacos.client.naming.event.InstancesChangeNotifier;
import com.alibaba.nacos.client.naming.remote.NamingClientProxyDelegate;
import com.alibaba.nacos.client.naming.utils.InitUtils;
import io.fairlead.nacos.NacosJson;
import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The implementation of {@link Naming} with the vendor's client: what {@code NacosNamingService} is
 * made of, but for its memory of everything that it was pushed, which nobody here asks for. See
 * docs/decisions/memory-of-a-service.md.
 *
 * <p>The client is shut down between two calls: a request that begins at that moment stays under
 * way, and its connection open for ever, since the vendor's code ends the threads that would be
 * told of its end.
 */
final class VendorNaming implements Naming {
  private static final Logger LOG = LoggerFactory.getLogger(VendorNaming.class);
  // All in one page: paging a changing list skips and repeats.
  private static final int PAGE = 1_000_000;
  private static final String ALL_CLUSTERS = "";
  // A server that does not answer is waited for no longer.
  private static final long CLOSE_SECONDS = 2;

  // Held for reading by each call, for writing by the end.
  private final ReadWriteLock calls = new ReentrantReadWriteLock();
  private volatile boolean closed;

  private final Pushes pushes;
  private final NamingFuzzyWatchServiceListHolder patterns;
  private final NamingClientProxyDelegate client;

  VendorNaming(String namespace, Properties properties) throws NacosException {
    NacosClientProperties derived = NacosClientProperties.PROTOTYPE.derive(properties);
    InitUtils.initSerialization();
    InitUtils.initWebRootContext(derived);
    String scope = UUID.randomUUID().toString();
    this.pushes = new Pushes(namespace, scope, derived);
    this.patterns = new NamingFuzzyWatchServiceListHolder(scope);
    this.client =
        new NamingClientProxyDelegate(
            namespace, pushes, derived, new InstancesChangeNotifier(scope), patterns);
  }

  /**
   * The recipient of pushes, and of what a new subscription gives: passes everything on and keeps
   * nothing, in memory or on disk.
   */
  private static final class Pushes extends ServiceInfoHolder {
    private final Map<String, Consumer<List<InstanceRecord>>> listeners = new ConcurrentHashMap<>();

    Pushes(String namespace, String scope, NacosClientProperties properties) {
      super(namespace, scope, properties);
    }

    @Override
    public ServiceInfo processServiceInfo(ServiceInfo pushed) {
      Consumer<List<InstanceRecord>> listener = listeners.get(pushed.getKeyWithoutClusters());
      List<@Nullable Instance> hosts = pushed.getHosts();
      if (listener != null && hosts != null) {
        listener.accept(instances(hosts));
      }
      return pushed;
    }
  }

  /** A call of the client. */
  private interface Call<T> {
    T make() throws NacosException;
  }

  private <T> T during(Call<T> call) throws NacosException {
    calls.readLock().lock();
    try {
      if (closed) {
        throw new NacosException(NacosException.CLIENT_DISCONNECT, "the registry was closed");
      }
      return call.make();
    } finally {
      calls.readLock().unlock();
    }
  }

  @Override
  public ListView<String> names(String group) throws NacosException {
    return during(() -> client.getServiceList(1, PAGE, group, null));
  }

  @Override
  public List<InstanceRecord> query(ServiceId id) throws NacosException {
    return instances(
        during(() -> client.queryInstancesOfService(id.name(), id.group(), ALL_CLUSTERS, false))
            .getHosts());
  }

  @Override
  public void subscribe(ServiceId id, Consumer<List<InstanceRecord>> listener)
      throws NacosException {
    pushes.listeners.put(key(id), listener);
    ServiceInfo unused = during(() -> client.subscribe(id.name(), id.group(), ALL_CLUSTERS));
  }

  @Override
  public void unsubscribe(ServiceId id) throws NacosException {
    if (pushes.listeners.remove(key(id)) != null) {
      during(
          () -> {
            client.unsubscribe(id.name(), id.group(), ALL_CLUSTERS);
            return id;
          });
    }
  }

  private static String key(ServiceId id) {
    return NamingUtils.getGroupedName(id.name(), id.group());
  }

  private static List<InstanceRecord> instances(@Nullable List<@Nullable Instance> instances) {
    return NacosJson.present(instances).stream()
        .map(
            it ->
                InstanceRecord.read(
                    it.getIp(),
                    it.getPort(),
                    it.getWeight(),
                    it.isHealthy(),
                    it.isEnabled(),
                    it.getClusterName(),
                    it.getMetadata()))
        .toList();
  }

  @Override
  public void close() {
    closed = true;
    boolean quiet = false;
    try {
      quiet = calls.writeLock().tryLock(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      pushes.shutdown();
      client.shutdown();
      patterns.shutdown();
    } catch (NacosException e) {
      LOG.warn("a Nacos client did not close cleanly", e);
    } finally {
      if (quiet) {
        calls.writeLock().unlock();
      }
    }
  }
}
