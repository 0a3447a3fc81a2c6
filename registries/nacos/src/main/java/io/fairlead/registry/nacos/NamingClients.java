package io.fairlead.registry.nacos;

import com.alibaba.nacos.api.exception.NacosException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;

/**
 * The vendor's clients of one registry, one for each namespace as the vendor's protocol wants it,
 * opened at first use. Thread-safe.
 *
 * <p>A client is opened on a thread of its own, which nobody interrupts: the vendor's code forgets
 * the connection it is making when it is interrupted, and nobody can close it any more. Who closes
 * waits until it is open.
 */
final class NamingClients implements AutoCloseable {
  /** The number of namespaces that get pushes; each client has about a dozen threads. */
  static final int MAX_PUSHED = 32;

  private final Naming.Factory factory;
  private final UnaryOperator<String> shown;
  private volatile boolean closed;

  // Guarded by "this".
  private final Map<String, Naming> clients = new HashMap<>();

  /**
   * @param shown makes a text from outside fit to be shown
   */
  NamingClients(Naming.Factory factory, UnaryOperator<String> shown) {
    this.factory = factory;
    this.shown = shown;
  }

  /** Returns a text from outside fit to be shown. */
  String shown(String text) {
    return shown.apply(text);
  }

  /** Whether a namespace has a client, or may have one for its pushes. */
  synchronized boolean mayPush(String namespace) {
    return clients.containsKey(namespace) || clients.size() < MAX_PUSHED;
  }

  /** Returns the client of a namespace, opened if it is the first call. */
  synchronized Naming of(String namespace) throws NacosException {
    if (closed) {
      throw new NacosException(NacosException.CLIENT_DISCONNECT, "the registry was closed");
    }
    Naming client = clients.get(namespace);
    if (client == null) {
      client = open(namespace);
      clients.put(namespace, client);
    }
    return client;
  }

  private Naming open(String namespace) throws NacosException {
    CompletableFuture<Naming> opening = new CompletableFuture<>();
    Thread opener =
        new Thread(
            () -> {
              try {
                opening.complete(factory.open(namespace));
              } catch (Throwable e) {
                opening.completeExceptionally(e);
              }
            },
            Thread.currentThread().getName() + "-open");
    opener.start();
    try {
      // Does not end for an interruption.
      return opening.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof NacosException failure
          ? failure
          : new NacosException(NacosException.CLIENT_ERROR, e.getCause());
    }
  }

  @Override
  public void close() {
    // At once: who waits for a client of another namespace opens it no more.
    closed = true;
    List<Thread> closers = new ArrayList<>();
    synchronized (this) {
      // Side by side: each may wait for a server that does not answer.
      clients.forEach(
          (namespace, client) ->
              closers.add(new Thread(client::close, "nacos-close-" + namespace)));
      clients.clear();
    }
    closers.forEach(Thread::start);
    try {
      for (Thread closer : closers) {
        closer.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
