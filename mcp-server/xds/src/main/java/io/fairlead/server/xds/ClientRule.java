package io.fairlead.server.xds;

import io.fairlead.common.Key;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule that lets clients have Istio revisions. One with names and addresses asks for both.
 *
 * @param revisions the revisions; {@code *} stands for all, and for none
 */
public record ClientRule(
    @Key(
            "the Istio revisions that these clients may have; \"*\" stands for all, and for clients"
                + " without a revision, which see the resources of all")
        List<String> revisions,
    @Key(
            "names of which one has to be in the client's certificate (subject alternative names),"
                + " exact or with * at the start or the end; one with a slash is compared with URIs"
                + " such as spiffe://cluster.local/ns/istio-system/sa/istiod, any other with DNS"
                + " names and IP addresses; needs xds.tls.clientCa")
        @Nullable List<SanPattern> sans,
    @Key(
            "ranges of IP addresses from which the client has to connect; behind a load balancer or"
                + " proxy that is its address")
        @Nullable List<SourceRange> sources) {
  private static final String ALL = "*";

  public ClientRule {
    revisions = List.copyOf(revisions);
    sans = sans == null ? null : List.copyOf(sans);
    sources = sources == null ? null : List.copyOf(sources);
    if (sans == null && sources == null) {
      throw new IllegalArgumentException(
          "neither sans nor sources (expected: who may have the revisions; sources: [0.0.0.0/0,"
              + " \"::/0\"] for everybody)");
    }
  }

  boolean isFor(String revision) {
    return revisions.contains(ALL) || (!revision.isEmpty() && revisions.contains(revision));
  }

  boolean isMetBy(ClientIdentity client) {
    return (sans == null || sans.stream().anyMatch(name -> name.matches(client)))
        && (sources == null
            || sources.stream().anyMatch(range -> range.contains(client.address())));
  }
}
