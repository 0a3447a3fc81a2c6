package io.fairlead.registry.nacos;

import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.pojo.ListView;
import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.function.Consumer;

/**
 * The part of the vendor's client that the adapter uses, for one namespace. Calls block;
 * thread-safe. An interface so that tests can lose, repeat and delay pushes.
 */
interface Naming extends AutoCloseable {
  /** Returns all names of a group, and how many the server says there are. */
  ListView<String> names(String group) throws NacosException;

  /**
   * Asks the server for the present instances: the enabled ones, after its protection threshold.
   */
  List<InstanceRecord> query(ServiceId id) throws NacosException;

  /**
   * Subscribes to a service. The listener gets the enabled instances of the moment and of each
   * push, on the caller's thread or one of the client, and must not block.
   */
  void subscribe(ServiceId id, Consumer<List<InstanceRecord>> listener) throws NacosException;

  /** Ends the pushes of a service. */
  void unsubscribe(ServiceId id) throws NacosException;

  @Override
  void close();

  /** A factory of clients. */
  interface Factory {
    /** Opens a client for a namespace; it connects in the background. */
    Naming open(String namespace) throws NacosException;
  }
}
