package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.alibaba.nacos.api.naming.pojo.ListView;
import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PushSubscriptionsTest {
  private final Set<String> opened = ConcurrentHashMap.newKeySet();
  private final Set<ServiceId> subscribed = ConcurrentHashMap.newKeySet();

  private final CountDownLatch closed = new CountDownLatch(1);

  /** A connection that notes its subscriptions. */
  private final class NotingNaming implements Naming {
    @Override
    public ListView<String> names(String group) {
      throw new UnsupportedOperationException("names (expected: subscriptions only)");
    }

    @Override
    public List<InstanceRecord> query(ServiceId id) {
      throw new UnsupportedOperationException("query (expected: subscriptions only)");
    }

    @Override
    public void subscribe(ServiceId id, Consumer<List<InstanceRecord>> listener) {
      subscribed.add(id);
    }

    @Override
    public void unsubscribe(ServiceId id) {
      subscribed.remove(id);
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  private static ServiceId id(int namespace, String name) {
    return new ServiceId("namespace-" + namespace, "g", name);
  }

  @Test
  void add_moreNamespacesThanMayHaveAClient_theFirstKeepTheirs() {
    NamingClients clients =
        new NamingClients(
            namespace -> {
              opened.add(namespace);
              return new NotingNaming();
            },
            text -> text);
    try (clients;
        PushSubscriptions subscriptions =
            new PushSubscriptions("test", clients, (id, instances) -> {})) {
      int most = NamingClients.MAX_PUSHED;
      for (int i = 0; i < most; i++) {
        subscriptions.add(id(i, "web"));
      }
      await().until(() -> subscribed.size() == most);
      for (int i = 0; i < 8; i++) {
        subscriptions.add(id(most, "web-" + i));
        subscriptions.add(id(0, "web-" + i));
      }
      await().until(() -> subscribed.size() == most + 8);
      subscriptions.remove(id(0, "web-0"));
      await().until(() -> subscribed.size() == most + 7);
      assertThat(subscribed.stream().map(ServiceId::namespace).collect(Collectors.toSet()))
          .hasSize(most)
          .doesNotContain("namespace-" + most);
      assertThat(opened).hasSize(most);
    }
  }

  @Test
  void close_whileAClientIsOpened_isNotInterruptedAndTheClientIsClosed() throws Exception {
    CountDownLatch opening = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    NamingClients clients =
        new NamingClients(
            namespace -> {
              opening.countDown();
              try {
                mayEnd.await();
              } catch (InterruptedException e) {
                // What the vendor's code does: its connection is lost, and the next one is used.
                interrupted.set(true);
              }
              return new NotingNaming();
            },
            text -> text);
    PushSubscriptions subscriptions = new PushSubscriptions("test", clients, (id, instances) -> {});
    subscriptions.add(id(0, "web"));
    assertThat(opening.await(10, TimeUnit.SECONDS)).isTrue();
    // As an adapter closes.
    subscriptions.close();
    Thread closer = new Thread(clients::close, "closer");
    closer.start();
    await().until(() -> closer.getState() == Thread.State.BLOCKED);
    assertThat(interrupted).isFalse();
    mayEnd.countDown();
    closer.join();
    assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(interrupted).isFalse();
  }
}
