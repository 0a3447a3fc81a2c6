package io.fairlead.chart;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The addresses of Pods and Services: Kubernetes takes no loopback address for an endpoint, so
 * 10.a.b.c stands there for 127.a.b.c here. Each has one of its own, so the ports are those of the
 * manifests. Thread-safe.
 */
final class PodAddresses {
  // Of this JVM: others may run clusters, too.
  private final int own = (int) (ProcessHandle.current().pid() % 25_000);
  private final AtomicInteger next = new AtomicInteger();

  /** Returns an address that nothing has, as Kubernetes knows it. */
  String next() {
    int number = next.incrementAndGet();
    if (number > 250) {
      throw new IllegalStateException("more than 250 Pods and Services");
    }
    return "10." + (100 + own / 250) + "." + own % 250 + "." + number;
  }

  /** Returns the address of this machine that an address of Kubernetes stands for. */
  static String local(String address) {
    return address.replaceFirst("^10\\.", "127.");
  }

  /** Returns the same as an address to connect to. */
  static InetAddress localAddress(String address) {
    try {
      return InetAddress.getByName(local(address));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(address, e);
    }
  }
}
