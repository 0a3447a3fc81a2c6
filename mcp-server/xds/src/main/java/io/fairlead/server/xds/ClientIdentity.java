package io.fairlead.server.xds;

import io.fairlead.common.ForeignText;
import io.grpc.Attributes;
import io.grpc.Grpc;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a client that it cannot make up: its address, and the names in the trusted
 * certificate that it showed.
 *
 * @param address its IP address
 * @param certified whether it showed a trusted certificate
 * @param names the DNS names and IP addresses in it
 * @param uris the URIs in it
 */
record ClientIdentity(
    Optional<InetAddress> address, boolean certified, List<String> names, List<String> uris) {
  // The kinds of subject alternative names (RFC 5280, 4.2.1.6).
  private static final int DNS = 2;
  private static final int URI = 6;
  private static final int IP = 7;
  private static final int SHOWN = 300;

  /** Returns the identity of the client of a connection. */
  static ClientIdentity of(Attributes transport) {
    Optional<InetAddress> address =
        Optional.ofNullable(transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR))
            .filter(InetSocketAddress.class::isInstance)
            .map(remote -> ((InetSocketAddress) remote).getAddress());
    X509Certificate certificate = certificate(transport.get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
    List<String> names = new ArrayList<>();
    List<String> uris = new ArrayList<>();
    for (List<?> name : alternativeNames(certificate)) {
      if (name.get(0) instanceof Integer kind && name.get(1) instanceof String text) {
        if (kind == DNS || kind == IP) {
          names.add(text);
        } else if (kind == URI) {
          uris.add(text);
        }
      }
    }
    return new ClientIdentity(address, certificate != null, List.copyOf(names), List.copyOf(uris));
  }

  private static @Nullable X509Certificate certificate(@Nullable SSLSession session) {
    if (session == null) {
      return null;
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate first ? first : null;
    } catch (SSLPeerUnverifiedException e) {
      // It showed none.
      return null;
    }
  }

  private static Collection<List<?>> alternativeNames(@Nullable X509Certificate certificate) {
    try {
      Collection<List<?>> names =
          certificate == null ? null : certificate.getSubjectAlternativeNames();
      return names == null ? List.of() : names;
    } catch (CertificateParsingException e) {
      // What cannot be read names nobody.
      return List.of();
    }
  }

  /** Returns the client in words: its address, and the names that it showed. */
  String text() {
    String who = address.map(InetAddress::getHostAddress).orElse("an unknown address");
    if (!certified) {
      return who + " without a certificate";
    }
    String shown = Stream.concat(uris.stream(), names.stream()).collect(Collectors.joining(", "));
    return who
        + " with a certificate "
        + (shown.isEmpty() ? "without names" : "for " + ForeignText.clean(shown, SHOWN));
  }
}
