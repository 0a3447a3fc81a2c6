package io.fairlead.registry.nacos;

import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.pojo.ListView;
import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.function.Consumer;

/**
 * What is used of the vendor's client, for one namespace. Calls block; thread-safe. It stands
 * between so that tests can lose, repeat and delay pushes.
 */
interface Naming extends AutoCloseable {
  /** All names of a group and how many the server says there are. */
  ListView<String> names(String group) throws NacosException;

  /** The instances now, asked of the server: the enabled ones, after its protection. */
  List<Host> query(ServiceId id) throws NacosException;

  /**
   * Asks for pushes of a service. The listener gets the enabled instances, on a thread that all
   * clients in the JVM share, and must not block. There is no call if the service is empty at
   * first.
   */
  void subscribe(ServiceId id, Consumer<List<Host>> listener) throws NacosException;

  /** Ends the pushes of a service. */
  void unsubscribe(ServiceId id) throws NacosException;

  @Override
  void close();

  /** Opens connections. */
  interface Factory {
    /** A client for a namespace; it connects in the background. */
    Naming open(String namespace) throws NacosException;
  }
}
