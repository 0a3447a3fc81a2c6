package io.fairlead.conversion;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An instance that could be an endpoint if it took traffic: its address and port are legal.
 *
 * @param instance the instance
 * @param address the canonical address, an IP address or a host name
 * @param isIp which of the two it is
 */
record Candidate(Instance instance, String address, boolean isIp) {
  /**
   * The order in which one of several candidates with the same address and port gets to vote: the
   * lowest id first, whatever the health; the other criteria decide between instances that share an
   * id, so that the choice never depends on their order.
   */
  static final Comparator<Candidate> SAY =
      Comparator.comparing((Candidate c) -> c.instance().id())
          .thenComparing(c -> c.instance().weight())
          .thenComparing(c -> c.instance().locality().region())
          .thenComparing(c -> c.instance().locality().zone())
          .thenComparing(c -> c.instance().locality().subzone())
          .thenComparing(c -> sorted(c.instance().metadata()))
          .thenComparing(c -> sorted(c.instance().tags()));

  /** The order in which one of several candidates becomes the endpoint: ready ones first. */
  static final Comparator<Candidate> PRECEDENCE =
      Comparator.comparing((Candidate c) -> c.instance().availability() != Availability.READY)
          .thenComparing(c -> c.instance().id())
          .thenComparing(c -> c.instance().availability())
          .thenComparing(SAY);

  /** The key of an endpoint: candidates with equal address and port are duplicates. */
  record Key(String address, int port) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byAddress = address.compareTo(other.address);
      return byAddress != 0 ? byAddress : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
      return (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + port;
    }
  }

  Key key() {
    return new Key(address, instance.port());
  }

  private static String sorted(Map<String, String> metadata) {
    return new TreeMap<>(metadata).toString();
  }

  private static String sorted(List<String> tags) {
    return tags.stream().sorted().toList().toString();
  }
}
