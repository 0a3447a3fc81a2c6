package io.fairlead.conformance;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An endpoint as the mesh holds it, or must hold it.
 *
 * @param address an IP
 * @param port the port that requests go to
 * @param weight its share in lowest terms: two entries with the weights 2, 4 and 1, 2 are alike
 * @param locality {@code region/zone/subzone}, empty for none
 * @param labels its labels
 */
record MeshEndpoint(
    String address, int port, long weight, String locality, Map<String, String> labels) {
  private static final Comparator<MeshEndpoint> ORDER =
      Comparator.comparing(MeshEndpoint::toString);

  MeshEndpoint {
    labels = java.util.Collections.unmodifiableMap(new TreeMap<>(labels));
  }

  /** The endpoints in a fixed order, their weights in lowest terms. */
  static SortedSet<MeshEndpoint> inLowestTerms(List<MeshEndpoint> endpoints) {
    BigInteger divisor = BigInteger.ZERO;
    for (MeshEndpoint endpoint : endpoints) {
      divisor = divisor.gcd(BigInteger.valueOf(endpoint.weight));
    }
    SortedSet<MeshEndpoint> result = new TreeSet<>(ORDER);
    for (MeshEndpoint endpoint : endpoints) {
      MeshEndpoint reduced =
          new MeshEndpoint(
              endpoint.address,
              endpoint.port,
              endpoint.weight / Math.max(1, divisor.longValueExact()),
              endpoint.locality,
              endpoint.labels);
      if (!result.add(reduced)) {
        throw new AssertionError("endpoint: " + reduced + " twice (expected: once)");
      }
    }
    return result;
  }
}
