package io.fairlead.registry.nacos;

import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.NamingService;
import com.alibaba.nacos.api.naming.listener.EventListener;
import com.alibaba.nacos.api.naming.listener.NamingEvent;
import com.alibaba.nacos.api.naming.pojo.Instance;
import com.alibaba.nacos.api.naming.pojo.ListView;
import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The implementation of {@link Naming} with the vendor's client. */
final class VendorNaming implements Naming {
  private static final Logger LOG = LoggerFactory.getLogger(VendorNaming.class);
  // All in one page: paging a changing list skips and repeats.
  private static final int PAGE = 1_000_000;

  private final NamingService client;
  private final Map<ServiceId, EventListener> listeners = new ConcurrentHashMap<>();

  VendorNaming(NamingService client) {
    this.client = client;
  }

  @Override
  public ListView<String> names(String group) throws NacosException {
    return client.getServicesOfServer(1, PAGE, group);
  }

  @Override
  public List<InstanceRecord> query(ServiceId id) throws NacosException {
    return instances(client.getAllInstances(id.name(), id.group(), List.of(), false));
  }

  @Override
  public void subscribe(ServiceId id, Consumer<List<InstanceRecord>> listener)
      throws NacosException {
    EventListener adapted =
        event -> {
          if (event instanceof NamingEvent naming) {
            listener.accept(instances(naming.getInstances()));
          }
        };
    listeners.put(id, adapted);
    client.subscribe(id.name(), id.group(), adapted);
  }

  @Override
  public void unsubscribe(ServiceId id) throws NacosException {
    EventListener listener = listeners.remove(id);
    if (listener != null) {
      client.unsubscribe(id.name(), id.group(), listener);
    }
  }

  private static List<InstanceRecord> instances(@Nullable List<@Nullable Instance> instances) {
    return Json.present(instances).stream()
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
    try {
      client.shutDown();
    } catch (NacosException e) {
      LOG.warn("a Nacos client did not close cleanly", e);
    }
  }
}
