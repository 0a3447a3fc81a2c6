package io.fairlead.registry.nacos;

import com.alibaba.nacos.api.naming.pojo.ListView;
import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.function.Consumer;

/** A connection on which every push is lost, as no real server does it on demand. */
final class SilentNaming implements Naming {
  @Override
  public ListView<String> names(String group) {
    throw new UnsupportedOperationException("names (expected: the HTTP API is used)");
  }

  @Override
  public List<InstanceRecord> query(ServiceId id) {
    throw new UnsupportedOperationException("query (expected: the HTTP API is used)");
  }

  @Override
  public void subscribe(ServiceId id, Consumer<List<InstanceRecord>> listener) {
    // The push never comes.
  }

  @Override
  public void unsubscribe(ServiceId id) {
    // There is nothing to end.
  }

  @Override
  public void close() {
    // There is nothing to close.
  }
}
